//! `ridgewalk film`: a run as an animated GIF.

use std::path::PathBuf;

use anyhow::Context as _;
use indicatif::ProgressBar;

use super::export::run_folder;
use super::out::say;
use crate::archive::{self, EMBEDDING_FILE, EMBEDDING_MAGIC};
use crate::combine::is_same_setting;
use crate::disk;
use crate::experiment::Strategy;
use crate::figures::{CameraPath, FILM_MARK, Film, FilmOptions, Histories, Theme};
use crate::paths;

/// Options of `ridgewalk film`.
#[derive(Debug, clap::Args)]
pub struct FilmArgs {
    /// A folder that `ridgewalk run` or *Save runs…* wrote, or a history in one.
    path: PathBuf,
    /// The GIF to write.
    #[arg(long, value_parser = gif)]
    out: PathBuf,
    /// The run whose latent space is shown, by the name of its file: `snn-01`. By default the first by name that is not
    /// random.
    #[arg(long)]
    run: Option<String>,
    /// Write every frame as a PNG into this folder too.
    #[arg(long, value_name = "DIR")]
    png: Option<PathBuf>,
    /// Width and height in pixels.
    #[arg(long, default_value = "1280x800", value_parser = size)]
    size: [usize; 2],
    /// Frames of each round: in the first half its steps grow, in the second the target learns.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=200))]
    frames: u16,
    /// Milliseconds that each frame is shown.
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(20..=10_000))]
    delay: u32,
    /// How the camera moves around a latent space of three or more dimensions.
    #[arg(long, value_enum, default_value_t = CameraPath::Turn)]
    camera: CameraPath,
    /// Light instead of dark.
    #[arg(long)]
    light: bool,
}

/// Makes the film, with a bar of its frames.
pub fn run(args: &FilmArgs) -> anyhow::Result<()> {
    let files = archive::history_files(&args.path)?;
    let read: Vec<_> = files.iter().map(|f| archive::read_history(f)).collect::<Result<_, _>>()?;
    let name = |file: &PathBuf| file.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let names: Vec<String> = files.iter().map(name).collect();
    let found = match &args.run {
        Some(wanted) => names.iter().position(|n| n == wanted),
        None => read.iter().position(|h| h.strategy() != Strategy::Random && !h.is_fork()).or(Some(0)),
    };
    let wanted = args.run.as_deref().unwrap_or_default();
    let found = found.with_context(|| format!("--run: no run is named `{wanted}`; there are {}", names.join(", ")))?;
    let (Some(shown), Some(file)) = (read.get(found).cloned(), files.get(found)) else {
        anyhow::bail!("{}: there is no history", args.path.display());
    };
    let all = read.len();
    let beside: Vec<_> = read.into_iter().filter(|h| is_same_setting(&shown, h)).collect();
    if beside.len() < all {
        let others = all - beside.len();
        say!("{others} of {all} runs have other settings than {}, and their curves are not beside it", names[found]);
    }
    let folder = run_folder(file)
        .with_context(|| format!("{EMBEDDING_FILE} is missing; give the folder that `ridgewalk run` wrote"))?;
    let embedding = archive::read(&folder.embedding(), EMBEDDING_MAGIC)?;
    let histories = Histories::new(&beside, &Strategy::Random.into())?;
    let theme = if args.light { Theme::LIGHT } else { Theme::DARK };
    let options = FilmOptions {
        size: args.size,
        frames_per_round: args.frames.into(),
        delay_ms: args.delay,
        camera: args.camera,
        theme,
    };
    let film = Film::new(&shown, &histories, &embedding, options)?;
    let frames = args.png.iter().flat_map(|folder| (0..film.frames()).map(|i| folder.join(Film::frame_name(i))));
    for path in frames.chain([args.out.clone()]) {
        disk::refuse_foreign(&path, FILM_MARK.as_bytes()).map_err(anyhow::Error::msg)?;
    }
    let bar = ProgressBar::new(film.frames() as u64);
    film.write(&args.out, args.png.as_deref(), &mut |frame| {
        bar.set_position(frame as u64);
        true
    })?;
    bar.finish_and_clear();
    say!("{}  ({} frames of {})", args.out.display(), film.frames(), names[found]);
    Ok(())
}

/// A file whose name says what it is.
fn gif(text: &str) -> Result<PathBuf, String> {
    let path = paths::expanded(text);
    match path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gif")) {
        true => Ok(path),
        false => Err("a film is a GIF; give a name that ends in .gif (and --png DIR for its frames)".into()),
    }
}

/// A size in pixels, as `1280x800`.
fn size(text: &str) -> Result<[usize; 2], String> {
    const SIDES: std::ops::RangeInclusive<usize> = 320..=3840;
    let sides = text.split_once('x').and_then(|(w, h)| Some([w.parse().ok()?, h.parse().ok()?]));
    let fits = |sides: &[usize; 2]| sides.iter().all(|side| SIDES.contains(side));
    sides
        .filter(fits)
        .ok_or_else(|| format!("give width x height, each from {} to {}: 1280x800", SIDES.start(), SIDES.end()))
}

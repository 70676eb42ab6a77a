//! `ridgewalk generator`: trains a generator, or loads it from the cache, and writes files to assess it.

use std::path::PathBuf;

use clap::Args;

use super::args::ExperimentArgs;
use super::out::say;
use super::run::prepare;
use crate::archive::write_atomically;
use crate::disk::FolderLock;
use crate::figures::{Theme, embedding, sheet};
use crate::generator::file::{self, EXTENSION, GeneratorOf};
use crate::generator::quality::Quality;
use crate::generator::{cache::GeneratorCache, prior_samples};
use crate::world::{Preparation, World};

#[derive(Debug, Args)]
pub struct GeneratorArgs {
    #[command(flatten)]
    experiment: ExperimentArgs,
    /// The folder for the images and the table.
    #[arg(long)]
    out: PathBuf,
}

/// Images per row of a sheet, and rows of samples.
const COLUMNS: usize = 16;
const ROWS: usize = 8;
/// Rows of reconstructions, each below its row of test images.
const PAIRS: usize = 5;

/// What is written beside the generator.
const FILES: [&str; 4] = ["samples.png", "reconstructions.png", "embedding.png", "quality.md"];

/// Writes `samples.png`, `reconstructions.png`, `embedding.png`, `quality.md`, and the generator for `--generator`.
pub fn run(args: &GeneratorArgs) -> anyhow::Result<()> {
    let experiment = args.experiment.resolve()?;
    args.experiment.tell_idle(std::iter::once(&experiment));
    anyhow::ensure!(
        experiment.generator.has_networks(),
        "field `generator`: `{}` are no generator to train or to look at; choose another",
        experiment.generator
    );
    let _lock = FolderLock::take(&args.out, "`ridgewalk generator`")?;
    let device = args.experiment.open_device()?;
    let options = args.experiment.engine_options();
    let cache = options.cache_dir.as_ref().map(GeneratorCache::new);
    let preparation = Preparation::new(&experiment, options.data_dir, cache, &device);
    let mut preparation = preparation.with_generator(options.generator).without_new_runs();
    let world = prepare(&mut preparation, &|_| Ok(()))?;
    let World { dataset, generator, latent, .. } = &*world;
    let path = args.out.join("generator").with_extension(EXTENSION);
    let of = GeneratorOf { experiment: &experiment, data: dataset.digest() };
    file::check_free(&path, &**generator, of)?;
    if !path.exists()
        && let Some(there) = FILES.iter().map(|name| args.out.join(name)).find(|path| path.exists())
    {
        anyhow::bail!(
            "{}: a file is there that is not beside a generator, and it stays as it is; choose another folder with --out, or \
             move it away",
            there.display()
        );
    }

    let seed = experiment.generator_seed;
    let quality = Quality::measure(&**generator, latent, &dataset.train, &dataset.test, seed);
    let shown: Vec<u32> = (0..(COLUMNS * PAIRS).min(dataset.test.len()) as u32).collect();
    let mut pairs = Vec::new();
    for row in shown.chunks(COLUMNS) {
        let originals = dataset.test.gather(row);
        pairs.extend(row.iter().flat_map(|&s| dataset.test.image(s as usize).iter().copied()));
        pairs.extend(generator.decode_bytes(&generator.encode(&originals)));
    }
    let (shape, theme) = (dataset.shape(), &Theme::LIGHT);
    let samples = prior_samples(&**generator, seed, COLUMNS * ROWS);
    let files = [
        sheet(shape, &samples, COLUMNS, theme).png()?,
        sheet(shape, &pairs, COLUMNS, theme).png()?,
        embedding(latent.codes(), latent.dim(), dataset.train.labels(), theme).png()?,
        quality.markdown().into_bytes(),
    ];
    say!("{}", quality.markdown().trim_end());
    // First, because the others are replaced beside it only.
    file::write(&path, &**generator, of)?;
    say!("{}", path.display());
    for (name, bytes) in FILES.iter().zip(files) {
        let path = args.out.join(name);
        write_atomically(&path, &bytes)?;
        say!("{}", path.display());
    }
    Ok(())
}

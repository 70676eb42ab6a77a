//! A labelling tool that runs an external program, which reads an image file and writes a label map.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::npy::NpyImage;
use super::{ImageRef, Label, LabellingTool, Refusal, StressMap};

/// A program that is started for each image.
#[derive(Debug, Clone, PartialEq)]
pub struct SubprocessTool {
    pub program: PathBuf,
    /// `{input}` and `{output}` are replaced by the paths of the two files.
    pub arguments: Vec<String>,
    pub input: ImageFormat,
    pub output: ImageFormat,
    /// Label value of white in a PNG label map; NPY files hold the values themselves.
    pub white: f32,
    /// The program is terminated after this time.
    pub time_limit: Duration,
}

/// Format of an image or label map file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImageFormat {
    /// float32, two dimensions.
    Npy,
    /// Grey; 8 bits are written, 8 or 16 are read.
    Png,
}

impl LabellingTool for SubprocessTool {
    fn name(&self) -> &str {
        self.program.file_stem().and_then(|s| s.to_str()).unwrap_or("program")
    }

    fn label(&self, image: ImageRef<'_>) -> Result<Label, Refusal> {
        let folder = tempfile::tempdir().map_err(|e| self.failed(format!("no temporary folder: {e}")))?;
        let input = folder.path().join("input").with_extension(self.input.extension());
        let output = folder.path().join("output").with_extension(self.output.extension());
        self.write(image, &input)?;
        self.run(&input, &output, &folder.path().join("messages"))?;
        let (width, height, values) = self.read(&output)?;
        if (width, height) != (image.width, image.height) {
            return Err(Refusal::WrongSize { width: image.width, height: image.height, values: values.len() });
        }
        StressMap::new(width, height, values).map(Label::Map)
    }
}

impl SubprocessTool {
    fn failed(&self, reason: String) -> Refusal {
        Refusal::Program { program: self.program.display().to_string(), reason }
    }

    fn write(&self, image: ImageRef<'_>, path: &Path) -> Result<(), Refusal> {
        let wrong = Refusal::WrongSize { width: image.width, height: image.height, values: image.pixels.len() };
        if image.pixels.len() != image.width * image.height {
            return Err(wrong);
        }
        match self.input {
            ImageFormat::Npy => NpyImage { rows: image.height, columns: image.width, values: image.pixels.to_vec() }
                .write(path)
                .map_err(|e| self.failed(e.to_string())),
            ImageFormat::Png => {
                let white = f32::from(u8::MAX);
                let grey = image.pixels.iter().map(|v| (v.clamp(0.0, 1.0) * white).round() as u8).collect();
                image::GrayImage::from_raw(image.width as u32, image.height as u32, grey)
                    .ok_or(wrong)?
                    .save(path)
                    .map_err(|e| self.failed(e.to_string()))
            }
        }
    }

    /// Output of the program goes to a file, so that it never blocks on a full pipe.
    fn run(&self, input: &Path, output: &Path, messages: &Path) -> Result<(), Refusal> {
        let fill = |argument: &String| {
            argument.replace("{input}", &input.to_string_lossy()).replace("{output}", &output.to_string_lossy())
        };
        let log = std::fs::File::create(messages).map_err(|e| self.failed(e.to_string()))?;
        let mut child = Command::new(&self.program)
            .args(self.arguments.iter().map(fill))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|e| self.failed(format!("it cannot be started: {e}")))?;
        let status = self.wait(&mut child)?;
        if status.success() {
            return Ok(());
        }
        let said = std::fs::read_to_string(messages).unwrap_or_default();
        let last = said.lines().rev().find(|l| !l.trim().is_empty()).unwrap_or("it printed nothing");
        Err(self.failed(format!("{status}: {last}")))
    }

    #[expect(clippy::disallowed_methods, reason = "a labelling thread waits for the program it started")]
    fn wait(&self, child: &mut Child) -> Result<std::process::ExitStatus, Refusal> {
        let start = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) if start.elapsed() > self.time_limit => {
                    // The program may have ended by itself meanwhile; either way it is gone afterwards.
                    child.kill().and_then(|()| child.wait()).map_err(|e| self.failed(e.to_string()))?;
                    return Err(self.failed(format!("no answer within {} s", self.time_limit.as_secs_f64())));
                }
                Ok(None) => std::thread::sleep(POLL),
                Err(e) => return Err(self.failed(e.to_string())),
            }
        }
    }

    fn read(&self, path: &Path) -> Result<(usize, usize, Vec<f32>), Refusal> {
        match self.output {
            ImageFormat::Npy => {
                let image = NpyImage::read(path).map_err(|e| self.failed(e.to_string()))?;
                Ok((image.columns, image.rows, image.values))
            }
            ImageFormat::Png => {
                let grey = image::open(path).map_err(|e| self.failed(e.to_string()))?.into_luma16();
                let scale = self.white / f32::from(u16::MAX);
                let values = grey.as_raw().iter().map(|v| f32::from(*v) * scale).collect();
                Ok((grey.width() as usize, grey.height() as usize, values))
            }
        }
    }
}

impl ImageFormat {
    fn extension(self) -> &'static str {
        match self {
            Self::Npy => "npy",
            Self::Png => "png",
        }
    }
}

/// Interval of checks whether the program has ended: short compared with any simulation worth a process.
const POLL: Duration = Duration::from_millis(2);

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const PIXELS: [f32; 6] = [0.0, 1.0, 0.0, 1.0, 1.0, 0.0];
    const IMAGE: ImageRef<'static> = ImageRef { width: 3, height: 2, pixels: &PIXELS };

    fn shell(script: &str, format: ImageFormat) -> SubprocessTool {
        SubprocessTool {
            program: "/bin/sh".into(),
            arguments: ["-c", script, "tool", "{input}", "{output}"].map(String::from).to_vec(),
            input: format,
            output: format,
            white: 250.0,
            time_limit: Duration::from_secs(20),
        }
    }

    #[test]
    fn a_program_that_copies_its_input_labels_an_image_with_itself() {
        let Ok(Label::Map(map)) = shell("cp \"$1\" \"$2\"", ImageFormat::Npy).label(IMAGE) else {
            panic!("no map from NPY")
        };
        assert_eq!(map.values(), PIXELS);
        let Ok(Label::Map(map)) = shell("cp \"$1\" \"$2\"", ImageFormat::Png).label(IMAGE) else {
            panic!("no map from PNG")
        };
        assert_eq!(map.values(), PIXELS.map(|p| p * 250.0));
    }

    #[test]
    fn every_failure_of_a_program_is_reported() {
        let npy = ImageFormat::Npy;
        let hasty = SubprocessTool { time_limit: Duration::from_millis(30), ..shell("exec sleep 20", npy) };
        let absent = SubprocessTool { program: "/no/such/program".into(), ..shell("", npy) };
        let table = [
            (shell("echo first >&2; echo no licence >&2; exit 3", npy), "no licence"),
            (shell("true", npy), "cannot read"),
            (shell("echo x > \"$2\"", npy), "not an NPY file"),
            (hasty, "no answer within 0.03 s"),
            (absent, "cannot be started"),
        ];
        for (tool, expected) in table {
            let refusal = tool.label(IMAGE).expect_err(expected);
            assert!(refusal.blames_the_tool());
            assert!(refusal.to_string().contains(expected), "{refusal}");
        }
    }
}

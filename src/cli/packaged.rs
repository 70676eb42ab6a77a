//! What a package installs beside the program: manual pages and completions, both from the command line's own description.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;

use super::out::{self, say};
use crate::disk::{self, write_aside_with};

/// Options of `ridgewalk man`.
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// Write the page of each command into this folder, as `ridgewalk-run.1`; otherwise one page is printed.
    #[arg(long)]
    out: Option<PathBuf>,
}

impl ManArgs {
    /// Whether the text is the result.
    pub fn prints(&self) -> bool {
        self.out.is_none()
    }
}

/// Prints the manual page of the program, or writes those of all its commands.
pub fn man(program: Command, args: &ManArgs) -> anyhow::Result<()> {
    match &args.out {
        None => Man::new(program).render(&mut out::stdout()).context("the manual page"),
        Some(folder) => {
            let mut program = program;
            program.build();
            pages(program, folder)
        }
    }
}

/// Writes the page of a command and those of its own commands.
fn pages(command: Command, folder: &Path) -> anyhow::Result<()> {
    for inner in command.get_subcommands().filter(|c| c.get_name() != "help") {
        pages(inner.clone(), folder)?;
    }
    let page = Man::new(command);
    let path = folder.join(page.get_filename());
    disk::refuse_foreign(&path, b".TH ridgewalk").map_err(anyhow::Error::msg)?;
    write_aside_with(&path, |file| page.render(file)).with_context(|| path.display().to_string())?;
    say!("{}", path.display());
    Ok(())
}

/// Prints the completions of a shell.
pub fn completions(mut program: Command, shell: Shell) -> anyhow::Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut program, "ridgewalk", &mut text);
    out::stdout().write_all(&text).context("the completions")
}

//! `scripts/histories`: a grid in shards is published when its last run has ended, whole and without a machine's paths.

use std::path::Path;
use std::process::Command;

use ridgewalk::archive;
use safetensors::SafeTensors;

use ridgewalk::generator::weights::NamedTensor;

/// The last line of what the script says with these arguments, working in this folder; `None` without Python.
fn script(folder: &Path, arguments: &[&str]) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/histories");
    let mut command = Command::new("python3");
    command.arg(path).args(arguments).args(["--jobs", "2", "--program", env!("CARGO_BIN_EXE_ridgewalk")]);
    command.arg("--out").arg(folder.join("out")).arg("--published").arg(folder.join("docs/histories"));
    let Ok(output) = command.output() else {
        eprintln!("skipped: python3 is not there");
        return None;
    };
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}", said(&output.stderr));
    said(&output.stdout).lines().last().map(str::to_owned)
}

/// SHA-256 of the weights in a generator's file.
pub fn weights_in(file: &Path) -> String {
    let bytes = std::fs::read(file).unwrap();
    let read = SafeTensors::deserialize(&bytes).unwrap();
    let values = |data: &[u8]| data.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    let tensor = |(name, view): (&str, safetensors::tensor::TensorView<'_>)| NamedTensor {
        name: name.to_owned(),
        shape: view.shape().to_vec(),
        values: values(view.data()),
    };
    let mut tensors: Vec<NamedTensor> = read.iter().map(tensor).collect();
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    NamedTensor::hash(&tensors)
}

#[test]
fn a_grid_in_shards_is_published_when_its_last_run_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let (docs, published) = (folder.path().join("docs"), folder.path().join("docs/histories/tiny"));
    let run = |shard: &str| script(folder.path(), &["tiny", "--shard", shard]);
    let Some(said) = run("1/2") else { return };
    assert!(said.contains("of 5 runs have ended") && !published.exists(), "{said}");
    let said = run("2/2").unwrap();
    assert!(said.starts_with("tiny: 5 runs in"), "{said}");
    let histories = archive::read_histories(&published).unwrap();
    assert_eq!(histories.len(), 5);
    let weights = weights_in(&published.join("generator.safetensors"));
    assert!(histories.iter().all(|h| h.header.generator_weights.as_ref() == Some(&weights)));
    assert_eq!(std::fs::read_dir(published.parent().unwrap()).unwrap().count(), 1, "something is left aside");
    assert_eq!(run("1/1").unwrap(), said, "again, with every run in two folders");

    let page = |table: &str| {
        format!("Before\n\n<!-- begin tiny/table1.md -->\n{table}\n\n<!-- end -->\n\n![Curves](tiny/figure3.svg)\n")
    };
    std::fs::write(docs.join("page.md"), page("Not run yet.")).unwrap();
    assert!(script(folder.path(), &["--pages"]).unwrap().starts_with("page.md: its tables have changed"));
    let table = std::fs::read_to_string(folder.path().join("out/figures/tiny/table1.md")).unwrap();
    assert!(table.contains("| Margin | 1 |"), "{table}");
    assert_eq!(std::fs::read_to_string(docs.join("page.md")).unwrap(), page(&format!("\n{}", table.trim())));
    assert!(docs.join("tiny/figure3.svg").is_file());
}

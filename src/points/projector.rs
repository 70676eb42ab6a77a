//! The `config` JSON of TensorBoard's Embedding Projector: which files hold a tensor, its metadata and its sprite.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::paths;

/// One of the embeddings of a config, with the paths of its files.
#[derive(Debug, PartialEq)]
pub struct Described {
    pub tensor: PathBuf,
    /// Rows and columns of the tensor, if they are told.
    pub shape: Option<[usize; 2]>,
    pub metadata: Option<PathBuf>,
    /// The sprite, and the width and height of one of its images.
    pub sprite: Option<(PathBuf, Option<[usize; 2]>)>,
}

#[derive(Deserialize)]
struct Config {
    embeddings: Vec<Embedding>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Embedding {
    tensor_name: Option<String>,
    tensor_shape: Option<Vec<usize>>,
    tensor_path: Option<String>,
    metadata_path: Option<String>,
    bookmarks_path: Option<String>,
    sprite: Option<Sprite>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sprite {
    image_path: Option<String>,
    single_image_dim: Option<Vec<usize>>,
}

/// The first embedding that a config describes; its paths begin at the config's folder.
pub fn read(bytes: &[u8], at: &Path, notes: &mut Vec<String>) -> Result<Described, String> {
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    let config: Config = serde_json::from_slice(bytes).map_err(|e| {
        format!(
            "is no config of the Embedding Projector ({e}); expected is {{\"embeddings\": [{{\"tensorPath\": ...}}]}}"
        )
    })?;
    let names: Vec<String> = config.embeddings.iter().map(|e| e.tensor_name.clone().unwrap_or_default()).collect();
    let mut embeddings = config.embeddings.into_iter();
    let Some(first) = embeddings.next() else { return Err("has no `embeddings`".into()) };
    if embeddings.len() > 0 {
        let others = names[1..].join(", ");
        notes.push(format!("the config's first embedding is read, {}; the others are not: {others}", names[0]));
    }
    if first.bookmarks_path.is_some() {
        notes.push("bookmarks (`bookmarksPath`) are not read".into());
    }
    let place = |field: &str, text: &str| match text.contains("://") {
        true => Err(format!("has a `{field}` on the web, {text}; download it and name the file")),
        false => Ok(paths::beside(at, text)),
    };
    let shape = match first.tensor_shape.as_deref() {
        None => None,
        Some(&[rows, dim]) => Some([rows, dim]),
        Some(_) => return Err("has a `tensorShape` that is not two numbers, rows and columns".into()),
    };
    let sprite = match first.sprite {
        None => None,
        Some(sprite) => {
            let Some(path) = sprite.image_path else { return Err("has a `sprite` without `imagePath`".into()) };
            let size = match sprite.single_image_dim.as_deref() {
                None => None,
                Some(&[width, height]) => Some([width, height]),
                Some(_) => return Err("has a `singleImageDim` that is not two numbers, width and height".into()),
            };
            Some((place("imagePath", &path)?, size))
        }
    };
    let Some(tensor) = first.tensor_path else { return Err("has no `tensorPath`".into()) };
    let metadata = first.metadata_path.map(|path| place("metadataPath", &path)).transpose()?;
    Ok(Described { tensor: place("tensorPath", &tensor)?, shape, metadata, sprite })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_names_files_beside_it() {
        let text = r#"{"embeddings": [{"tensorName": "a", "tensorShape": [3, 2], "tensorPath": "t.bytes",
            "metadataPath": "m.tsv", "sprite": {"imagePath": "s.png", "singleImageDim": [8, 9]}},
            {"tensorName": "b", "tensorPath": "u.tsv"}]}"#;
        let mut notes = Vec::new();
        let found = read(text.as_bytes(), Path::new("d/config.json"), &mut notes).unwrap();
        assert_eq!(
            found,
            Described {
                tensor: "d/t.bytes".into(),
                shape: Some([3, 2]),
                metadata: Some("d/m.tsv".into()),
                sprite: Some(("d/s.png".into(), Some([8, 9]))),
            }
        );
        assert!(notes[0].contains("the others are not: b"), "{notes:?}");
        for (text, says) in [
            ("{}", "no config of the Embedding Projector"),
            (r#"{"embeddings": []}"#, "no `embeddings`"),
            (r#"{"embeddings": [{}]}"#, "no `tensorPath`"),
            (r#"{"embeddings": [{"tensorPath": "https://a/b.tsv"}]}"#, "on the web"),
            (r#"{"embeddings": [{"tensorPath": "a", "tensorShape": [3]}]}"#, "not two numbers"),
            (r#"{"embeddings": [{"tensorPath": "a", "sprite": {}}]}"#, "without `imagePath`"),
        ] {
            let error = read(text.as_bytes(), Path::new("c.json"), &mut Vec::new()).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}

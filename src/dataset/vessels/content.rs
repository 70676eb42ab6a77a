//! What a file is by its first bytes, for a file that should be a PNG and is none.

/// A kind of file: where its mark stands, the mark, and what to say.
type Kind = (usize, &'static [u8], &'static str);

const KINDS: &[Kind] = &[
    (0, b"\xff\xd8\xff", "a JPEG; save the mask as PNG, because a JPEG blurs its levels"),
    (0, b"version https://git-lfs", "a Git LFS pointer; fetch the file itself with `git lfs pull`"),
    (0, b"version https://hawser", "a Git LFS pointer; fetch the file itself with `git lfs pull`"),
    (0, b"GIF8", "a GIF; save the mask as PNG"),
    (0, b"II*\0", "a TIFF; save the mask as PNG"),
    (0, b"II+\0", "a TIFF; save the mask as PNG"),
    (0, b"MM\0*", "a TIFF; save the mask as PNG"),
    (0, b"MM\0+", "a TIFF; save the mask as PNG"),
    (8, b"WEBP", "a WebP image; save the mask as PNG"),
    (4, b"ftyp", "a HEIC or AVIF image, or a film; save the mask as PNG"),
    (0, b"\0\0\0\x0cjP  ", "a JPEG 2000; save the mask as PNG"),
    (0, b"BM", "a BMP; save the mask as PNG"),
    (0, b"8BPS", "a Photoshop file; save the mask as PNG"),
    (0, b"gimp xcf", "a GIMP file; export the mask as PNG"),
    (128, b"DICM", "a DICOM file; export the mask as PNG"),
    (344, b"n+1\0", "a NIfTI file; export the mask as PNG"),
    (0, b"NRRD", "an NRRD file; export the mask as PNG"),
    (0, b"\x89HDF", "an HDF5 file; export the mask as PNG"),
    (0, b"MATLAB", "a MATLAB file; export the mask as PNG"),
    (0, b"\x93NUMPY", "a NumPy array; save the mask as PNG"),
    (0, b"%PDF", "a PDF; export the mask as PNG"),
    (0, b"PK\x03\x04", "a zip archive; unpack it and give its PNG files"),
    (0, b"\x1f\x8b", "a gzip file; unpack it and give the PNG in it"),
    (0, b"BZh", "a bzip2 file; unpack it and give the PNG in it"),
    (0, b"\xfd7zXZ\0", "an xz file; unpack it and give the PNG in it"),
    (0, b"\x28\xb5\x2f\xfd", "a zstd file; unpack it and give the PNG in it"),
    (0, b"L\0\0\0\x01\x14\x02\0", "a shortcut of Windows; give the file that it leads to"),
    (0, b"book\0\0\0\0mark", "an alias of macOS; give the file that it leads to"),
    (0, b"\xff\xfe", "text (UTF-16); give the PNG itself"),
    (0, b"\xfe\xff", "text (UTF-16); give the PNG itself"),
    (0, b"Rar!", "a RAR archive; unpack it and give its PNG files"),
    (0, b"7z\xbc\xaf", "a 7z archive; unpack it and give its PNG files"),
    (257, b"ustar", "a tar archive; unpack it and give its PNG files"),
    (0, b"\0\x05\x16\x07", "what macOS keeps beside a file (AppleDouble); give the file itself"),
    (0, b"\0\0\0\x01Bud1", "a folder's settings (.DS_Store); leave it out"),
    (0, b"\xd0\xcf\x11\xe0", "an Office file or a folder's previews (Thumbs.db); leave it out"),
    (0, b"\x89PNG", "a PNG of which line ends were changed on the way; copy it again in binary mode"),
];

/// Marks of text, compared in lower case after blanks and a byte order mark.
const TEXTS: &[(&str, &str)] = &[
    ("<!doctype html", "a web page; download the file itself"),
    ("<html", "a web page; download the file itself"),
    ("<svg", "an SVG drawing; export the mask as PNG"),
    ("<?xml", "XML; export the mask as PNG"),
    ("objecttype", "a MetaImage header (.mha, .mhd); export the mask as PNG"),
    ("{", "text (JSON); export the mask as PNG"),
    ("p1", "a PBM; save the mask as PNG"),
    ("p4", "a PBM; save the mask as PNG"),
    ("p2", "a PGM; save the mask as PNG"),
    ("p5", "a PGM; save the mask as PNG"),
    ("p6", "a PPM; save the mask as PNG"),
];

/// What a file is that begins with these bytes, and what to do with it.
pub fn what_it_is(begins: &[u8]) -> &'static str {
    if begins.is_empty() {
        return "empty; copy or export it again";
    }
    if begins.iter().all(|b| *b == 0) {
        return "zeros, a copy that was never filled; copy it again";
    }
    if let Some((_, _, says)) =
        KINDS.iter().find(|(at, mark, _)| begins.get(*at..).is_some_and(|b| b.starts_with(mark)))
    {
        return says;
    }
    let text = begins.strip_prefix(b"\xef\xbb\xbf").unwrap_or(begins).trim_ascii_start().to_ascii_lowercase();
    match TEXTS.iter().find(|(mark, _)| text.starts_with(mark.as_bytes())) {
        Some((_, says)) => says,
        None if begins.iter().all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace()) => "text; give the PNG itself",
        None => "of an unknown kind; save the mask as PNG",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_first_bytes() {
        let after = |zeros: usize, mark: &[u8]| [&vec![1; zeros], mark].concat();
        for (begins, says) in [
            (b"\xff\xd8\xff\xe0\0\x10JFIF".to_vec(), "a JPEG"),
            (b"version https://git-lfs.github.com/spec/v1\noid".to_vec(), "Git LFS pointer; fetch"),
            (b"GIF89a".to_vec(), "a GIF"),
            (b"RIFF\x10\0\0\0WEBPVP8".to_vec(), "a WebP"),
            (after(128, b"DICM"), "a DICOM"),
            (after(257, b"ustar"), "a tar"),
            (b"\xef\xbb\xbf\n <!DOCTYPE HTML>".to_vec(), "a web page"),
            (b"P5 64 64 255".to_vec(), "a PGM"),
            (b"no image".to_vec(), "text;"),
            (vec![0; 40], "zeros"),
            (b"BZh91AY&SY".to_vec(), "a bzip2"),
            (b"\xfd7zXZ\0\0".to_vec(), "an xz"),
            (b"ObjectType = Image".to_vec(), "a MetaImage"),
            (Vec::new(), "empty"),
            (vec![1, 2, 200], "unknown kind"),
            (b"\x89PNG\n\x1a\n".to_vec(), "line ends"),
        ] {
            assert!(what_it_is(&begins).contains(says), "{says}: {}", what_it_is(&begins));
        }
    }
}

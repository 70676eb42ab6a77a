//! `ridgewalk fetch`: downloads published files over HTTPS and checks the MD5 of each before it gets its name.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::time::Duration;

use md5::{Digest as _, Md5};
use tempfile::NamedTempFile;

use super::published::{self, Published, PublishedFile, md5_of};
use crate::dataset::DataError;
use crate::disk::{self, hex};

/// Bytes between two progress reports.
const CHUNK: usize = 1 << 16;
/// A server that sends nothing for this long is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Progress of a download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The name of the file being downloaded.
    pub file: String,
    /// Bytes of this file that are there.
    pub received: u64,
    /// Bytes that this file has when it is complete.
    pub bytes: u64,
    /// Bytes of all files; files that exist already count as received.
    pub received_in_all: u64,
    /// Size of all files together, bytes.
    pub bytes_in_all: u64,
}

/// What a download did besides downloading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetched {
    /// Files that were there already.
    pub there: Vec<String>,
    /// Number of all files.
    pub files: usize,
    /// Mirrors that failed before another one had the file: its URL, and what was wrong.
    pub failed: Vec<(String, String)>,
}

/// Downloads the files of the data set `name` into the folder `into`, which is created if it does not exist. Existing
/// files with their published checksum are kept, so an interrupted download continues where it stopped.
/// `progress` says whether to go on; if not, what is complete stays.
pub fn fetch(name: &str, into: &Path, progress: &mut dyn FnMut(Progress) -> bool) -> Result<Fetched, DataError> {
    let config = agent_config().https_only(true).build();
    Fetch { published: published::of(name)?, agent: config.new_agent() }.run(into, progress)
}

fn agent_config() -> ureq::config::ConfigBuilder<ureq::typestate::AgentScope> {
    ureq::Agent::config_builder()
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_per_read(Some(PATIENCE))
        // The files are compressed already and must arrive unchanged.
        .accept_encoding("identity")
}

/// A data set to be downloaded.
struct Fetch {
    published: Published,
    agent: ureq::Agent,
}

impl Fetch {
    fn run(&self, into: &Path, progress: &mut dyn FnMut(Progress) -> bool) -> Result<Fetched, DataError> {
        disk::create_folder(into).map_err(|source| DataError::Write { path: into.into(), source })?;
        let bytes_in_all = self.published.files.iter().map(|f| f.bytes).sum();
        let mut before = 0;
        let mut fetched = Fetched { files: self.published.files.len(), ..Fetched::default() };
        let mut kept = Vec::new();
        for file in &self.published.files {
            let mut report = |received: u64| {
                let received_in_all = before + received;
                progress(Progress {
                    file: file.name.clone(),
                    received,
                    bytes: file.bytes,
                    received_in_all,
                    bytes_in_all,
                })
            };
            report(0);
            if is_there(file, into)? {
                fetched.there.push(file.name.clone());
            } else {
                fetched.failed.extend(self.try_mirrors(file, into, &kept, &mut report)?);
            }
            kept.push(file.name.clone());
            report(file.bytes);
            before += file.bytes;
        }
        Ok(fetched)
    }

    /// Downloads the file from the first mirror that has it complete, and returns the mirrors that failed before; the
    /// error says what was wrong with each, and which files are `kept`.
    fn try_mirrors(
        &self,
        file: &PublishedFile,
        into: &Path,
        kept: &[String],
        report: &mut dyn FnMut(u64) -> bool,
    ) -> Result<Vec<(String, String)>, DataError> {
        let mut failed: Vec<(String, String)> = Vec::new();
        for mirror in &self.published.mirrors {
            let url = format!("{mirror}{}", file.name);
            match self.try_url(&url, file, into, report)? {
                Ok(()) => return Ok(failed),
                Err(detail) => failed.push((url, detail)),
            }
        }
        let kept = kept.to_vec();
        let Some((url, detail)) = failed.pop() else {
            return Err(DataError::Download { url: file.name.clone(), detail: "no mirror is known".into(), kept });
        };
        let earlier: String = failed.iter().map(|(url, detail)| format!("; before that {url}: {detail}")).collect();
        Err(DataError::Download { url, detail: detail + &earlier, kept })
    }

    /// Downloads to a temporary file in the same folder and renames it once its checksum is right. The outer error is
    /// one of this machine, which no other mirror can fix; the inner one says what is wrong with this mirror.
    fn try_url(
        &self,
        url: &str,
        file: &PublishedFile,
        into: &Path,
        report: &mut dyn FnMut(u64) -> bool,
    ) -> Result<Result<(), String>, DataError> {
        let mut body = match self.agent.get(url).call() {
            Ok(response) => response.into_body().into_reader().take(file.bytes + 1),
            Err(error) => return Ok(Err(error.to_string())),
        };
        let unwritable = |source| DataError::Write { path: into.join(&file.name), source };
        let mut partial = disk::partial(&into.join(&file.name)).map_err(unwritable)?;
        let mut hash = Md5::new();
        let mut received = 0;
        let mut chunk = vec![0; CHUNK];
        loop {
            let n = match body.read(&mut chunk) {
                Ok(0) => break,
                Ok(n) => n,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Ok(Err(format!("interrupted after {received} of {} bytes: {error}", file.bytes))),
            };
            hash.update(&chunk[..n]);
            partial.write_all(&chunk[..n]).map_err(unwritable)?;
            received += n as u64;
            if !report(received.min(file.bytes)) {
                return Err(DataError::Cancelled { name: file.name.clone() });
            }
        }
        if received != file.bytes {
            let sent = if received > file.bytes { "more".to_owned() } else { received.to_string() };
            return Ok(Err(format!("sent {sent} instead of {} bytes", file.bytes)));
        }
        let found = hex(hash.finalize());
        if found != file.md5 {
            return Ok(Err(format!("the checksum is {found} instead of {}", file.md5)));
        }
        keep(partial, &into.join(&file.name)).map_err(unwritable)?;
        Ok(Ok(()))
    }
}

/// Whether the file exists as published. Another file of that name may be the user's: it is left alone and named.
fn is_there(file: &PublishedFile, into: &Path) -> Result<bool, DataError> {
    let path = into.join(&file.name);
    if !path.exists() {
        return Ok(false);
    }
    let found = md5_of(&path)?;
    if found == file.md5 { Ok(true) } else { Err(DataError::Checksum { path, expected: file.md5.clone(), found }) }
}

fn keep(partial: NamedTempFile, path: &Path) -> std::io::Result<()> {
    partial.as_file().sync_all()?;
    partial.persist_noclobber(path).map(drop).map_err(|e| e.error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead as _, BufReader};
    use std::net::TcpListener;
    use std::sync::{Arc, Mutex};

    const FILES: [(&str, &[u8]); 2] = [("a.gz", b"first file"), ("b.gz", b"the second file")];

    /// What a mirror does when asked for `b.gz`; it always serves `a.gz` correctly.
    #[derive(Debug, Clone, Copy)]
    enum Mirror {
        Good,
        Missing,
        Altered,
        Short,
        Long,
        BreaksOff,
        HangsUp,
        Away,
    }

    /// A mirror on this machine: its URL, and the requests that it received.
    fn serve(mirror: Mirror) -> (String, Arc<Mutex<Vec<String>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        if matches!(mirror, Mirror::Away) {
            return (url, seen); // The listener is dropped: the connection is refused.
        }
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let request = lines.next().unwrap().unwrap();
                lines.find(|l| l.as_ref().unwrap().is_empty());
                let name = request.split(' ').nth(1).unwrap().trim_start_matches('/').to_owned();
                let (_, body) = FILES.into_iter().find(|f| f.0 == name).unwrap();
                let (status, promised, body) = match mirror {
                    _ if name == FILES[0].0 => ("200 OK", body.len(), body.to_vec()),
                    Mirror::Good | Mirror::Away => ("200 OK", body.len(), body.to_vec()),
                    Mirror::Missing => ("404 Not Found", 4, b"gone".to_vec()),
                    Mirror::Altered => ("200 OK", body.len(), body.to_ascii_uppercase()),
                    Mirror::Short => ("200 OK", 5, body[..5].to_vec()),
                    Mirror::Long => ("200 OK", body.len() + 3, [body, b"..."].concat()),
                    Mirror::BreaksOff => ("200 OK", body.len(), body[..5].to_vec()),
                    Mirror::HangsUp => ("", 0, Vec::new()),
                };
                log.lock().unwrap().push(name);
                if !status.is_empty() {
                    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {promised}\r\nConnection: close\r\n\r\n")
                        .unwrap();
                    stream.write_all(&body).unwrap();
                }
            }
        });
        (url, seen)
    }

    fn from(mirrors: Vec<String>) -> Fetch {
        let file = |(name, body): (&str, &[u8])| PublishedFile {
            name: name.into(),
            bytes: body.len() as u64,
            md5: hex(Md5::digest(body)),
            unpacked: String::new(),
        };
        let published = Published { mirrors, files: FILES.map(file).to_vec() };
        Fetch { published, agent: agent_config().proxy(None).build().new_agent() }
    }

    fn fetch_from(mirrors: Vec<String>, into: &Path) -> (Result<Fetched, DataError>, Vec<Progress>) {
        let mut reports = Vec::new();
        let result = from(mirrors).run(into, &mut |p| {
            reports.push(p);
            true
        });
        (result, reports)
    }

    fn names_in(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn files_come_whole_are_reported_and_are_not_fetched_twice() {
        let root = tempfile::tempdir().unwrap();
        let into = root.path().join("new/folder");
        let (url, seen) = serve(Mirror::Good);
        let (result, reports) = fetch_from(vec![url.clone()], &into);
        result.unwrap();
        for (name, body) in FILES {
            assert_eq!(std::fs::read(into.join(name)).unwrap(), body);
        }
        let last = reports.last().unwrap();
        assert_eq!((last.received_in_all, last.bytes_in_all, last.file.as_str()), (25, 25, "b.gz"));
        assert!(reports.is_sorted_by_key(|p| p.received_in_all));
        std::fs::remove_file(into.join("a.gz")).unwrap();
        for (requests, there) in
            [(["a.gz", "b.gz", "a.gz"], &["b.gz"][..]), (["a.gz", "b.gz", "a.gz"], &["a.gz", "b.gz"])]
        {
            let (result, reports) = fetch_from(vec![url.clone()], &into);
            let fetched = result.unwrap();
            assert_eq!(
                (&fetched.there[..], fetched.files),
                (&there.iter().map(|n| n.to_string()).collect::<Vec<_>>()[..], 2)
            );
            assert_eq!(*seen.lock().unwrap(), requests);
            assert_eq!(reports.last().unwrap().received_in_all, 25);
        }
        assert_eq!(names_in(&into), ["a.gz", "b.gz"]);
    }

    #[test]
    fn each_failure_is_reported_leaves_no_rubbish_and_another_mirror_helps() {
        let altered = format!("the checksum is {} instead of", hex(Md5::digest(FILES[1].1.to_ascii_uppercase())));
        for (mirror, fault) in [
            (Mirror::Missing, "404"),
            (Mirror::Altered, altered.as_str()),
            (Mirror::Short, "sent 5 instead of 15 bytes"),
            (Mirror::Long, "sent more instead of 15 bytes"),
            (Mirror::BreaksOff, "interrupted after"),
            (Mirror::HangsUp, "download failed"),
            (Mirror::Away, "download failed"),
        ] {
            let into = tempfile::tempdir().unwrap();
            let (url, _) = serve(mirror);
            let error = fetch_from(vec![url.clone()], into.path()).0.unwrap_err().to_string();
            assert!(
                error.contains(fault) && error.contains(&url) && error.contains("--data-dir"),
                "{mirror:?}: {error}"
            );
            assert_eq!(error.contains("; kept: a.gz"), !matches!(mirror, Mirror::Away), "{mirror:?}: {error}");
            let kept: &[&str] = if matches!(mirror, Mirror::Away) { &[] } else { &["a.gz"] };
            assert_eq!(names_in(into.path()), kept, "{mirror:?}");

            let both = fetch_from(vec![url.clone(), serve(Mirror::Missing).0], into.path()).0.unwrap_err().to_string();
            assert!(both.contains("404") && both.contains(&url), "{mirror:?}: {both}");
            let fetched = fetch_from(vec![url.clone(), serve(Mirror::Good).0], into.path()).0.unwrap();
            let told = fetched.failed.iter().any(|(mirror, _)| mirror.starts_with(&url));
            assert!(told, "{mirror:?}: {fetched:?}");
            assert_eq!(std::fs::read(into.path().join("b.gz")).unwrap(), FILES[1].1);
        }
    }

    #[test]
    fn a_cancelled_download_ends_at_once_and_keeps_only_complete_files() {
        let into = tempfile::tempdir().unwrap();
        let fetch = from(vec![serve(Mirror::Good).0]);
        let error = fetch.run(into.path(), &mut |p| p.file == "a.gz" || p.received == 0).unwrap_err();
        assert!(matches!(&error, DataError::Cancelled { name } if name == "b.gz"), "{error}");
        assert_eq!(names_in(into.path()), ["a.gz"]);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named_before_anything_is_downloaded() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("file"), "in the way").unwrap();
        let (url, seen) = serve(Mirror::Good);
        let error = fetch_from(vec![url], &root.path().join("file/folder")).0.unwrap_err();
        assert!(matches!(&error, DataError::Write { path, .. } if path.ends_with("file/folder")), "{error}");
        assert!(seen.lock().unwrap().is_empty());
    }

    #[test]
    fn another_file_of_the_same_name_is_left_alone_and_named() {
        let into = tempfile::tempdir().unwrap();
        std::fs::write(into.path().join("b.gz"), "mine").unwrap();
        let error = fetch_from(vec![serve(Mirror::Good).0], into.path()).0.unwrap_err();
        assert!(matches!(&error, DataError::Checksum { path, .. } if path.ends_with("b.gz")), "{error}");
        assert_eq!(std::fs::read(into.path().join("b.gz")).unwrap(), b"mine");
    }

    #[test]
    fn data_are_downloaded_over_https_only() {
        let agent = agent_config().https_only(true).proxy(None).build().new_agent();
        let (url, seen) = serve(Mirror::Good);
        assert!(agent.get(format!("{url}a.gz")).call().is_err());
        assert!(seen.lock().unwrap().is_empty());
    }
}

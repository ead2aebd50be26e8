use std::path::{Path, PathBuf};
use std::process::Command;

use crate::rust_text::{self, Piece};

/// The files of a checkout that belong to the project: tracked, or new and not ignored.
#[derive(Debug)]
pub struct Tree {
    /// Where the checkout is.
    pub root: PathBuf,
    /// Its text files, sorted by path.
    pub files: Vec<File>,
}

/// A text file.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path, relative to the root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Tree {
    /// The checkout that this program was built from.
    ///
    /// # Panics
    /// When git cannot list it: tidy rules need a checkout.
    pub fn of_this_checkout() -> Tree {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
        let output = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .expect("git lists the files of the checkout");
        assert!(output.status.success(), "git cannot list the files of {}", root.display());
        let mut paths: Vec<String> = String::from_utf8_lossy(&output.stdout)
            .split_terminator('\0')
            .map(str::to_owned)
            .collect();
        paths.sort();
        paths.dedup();
        // Binary files, and files deleted but not yet from the index, have no text.
        let files = paths.into_iter().filter_map(|path| {
            let text = std::fs::read_to_string(root.join(&path)).ok()?;
            Some(File { path, text })
        });
        Tree { files: files.collect(), root: root.to_owned() }
    }

    /// A tree of a few files, to test rules with.
    pub fn of(files: &[(&str, &str)]) -> Tree {
        let file = |(path, text): &(&str, &str)| File {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        Tree { root: PathBuf::new(), files: files.iter().map(file).collect() }
    }

    /// The file at this path.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The Rust files.
    pub fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    /// Whether the project has a file or a folder at this path.
    pub fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        self.files.iter().any(|file| {
            file.path == path
                || file.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
        })
    }
}

impl File {
    /// Whether the whole file is there to test or to measure.
    pub fn tests_only(&self) -> bool {
        const FOLDERS: [&str; 4] = ["/tests/", "/benches/", "/scenarios/", "/e2e/"];
        let path = &self.path;
        FOLDERS.iter().any(|folder| path.contains(folder))
            || path.ends_with("/tests.rs")
            || path.ends_with("_tests.rs")
            || path.contains(".test.")
    }

    /// The pieces of a Rust file that run in the product: without its tests and test module.
    pub fn product_pieces(&self) -> Vec<Piece> {
        if self.tests_only() { Vec::new() } else { rust_text::pieces(self.split_at_tests().0) }
    }

    /// The part of a Rust file before its test module, and the test module.
    pub fn split_at_tests(&self) -> (&str, &str) {
        let at = self.text.find("\n#[cfg(test)]\nmod tests {").unwrap_or(self.text.len());
        self.text.split_at(at)
    }

    /// The lines with their numbers from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

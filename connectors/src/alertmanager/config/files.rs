//! The files with templates. The only part that reads anything: whoever has the texts already uses
//! [`templates_of`].

use std::io;
use std::path::{Component, Path, PathBuf};

use gotemplate::Templates;

use super::error::ConfigError;
use super::{Config, glob};
use crate::receivers;

/// Largest file with templates, in bytes.
const BYTES_MAX: u64 = 4 << 20;

impl Config {
    /// Reads the files with templates, behind those that are built in, and gives them with their
    /// names. A pattern that fits no file is no mistake, as in Alertmanager.
    ///
    /// # Errors
    /// Every file that cannot be read or is wrong, with the line.
    pub fn read_templates(&self) -> Result<(Templates, Vec<PathBuf>), Vec<ConfigError>> {
        let mut errors = Vec::new();
        let mut templates = receivers::templates().unwrap_or_default();
        let mut all = Vec::new();
        for pattern in &self.templates {
            for file in files(pattern) {
                if all.contains(&file) {
                    continue;
                }
                errors.extend(add(&mut templates, &file).err());
                all.push(file);
            }
        }
        if errors.is_empty() { Ok((templates, all)) } else { Err(errors) }
    }
}

/// Templates whose texts are at hand, each with its name, behind those that are built in.
///
/// # Errors
/// Every text that is wrong, with the line.
pub fn templates_of<'t>(
    texts: impl IntoIterator<Item = (&'t str, &'t str)>,
) -> Result<Templates, Vec<ConfigError>> {
    let mut templates = receivers::templates().unwrap_or_default();
    let mut errors = Vec::new();
    for (name, text) in texts {
        errors.extend(put(&mut templates, name, text).err());
    }
    if errors.is_empty() { Ok(templates) } else { Err(errors) }
}

fn add(templates: &mut Templates, file: &Path) -> Result<(), ConfigError> {
    let name = file.to_string_lossy();
    let text =
        text(file).map_err(|why| error(&name, (0, 0), &format!("cannot be read: {why}"), ""))?;
    put(templates, &name, &text)
}

fn put(templates: &mut Templates, name: &str, text: &str) -> Result<(), ConfigError> {
    templates.add(name, text).map_err(|wrong| {
        let (problem, remedy) = wrong.problem.split_once("; ").unwrap_or((&wrong.problem, ""));
        error(name, (wrong.place.line, wrong.place.column), problem, remedy)
    })
}

fn error(file: &str, (line, column): (usize, usize), problem: &str, remedy: &str) -> ConfigError {
    ConfigError {
        file: file.to_owned(),
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(column).unwrap_or(u32::MAX),
        field: String::new(),
        problem: problem.to_owned(),
        remedy: remedy.to_owned(),
    }
}

fn text(file: &Path) -> io::Result<String> {
    if std::fs::metadata(file)?.len() > BYTES_MAX {
        return Err(io::Error::other(format!("it is larger than {} MiB", BYTES_MAX >> 20)));
    }
    std::fs::read_to_string(file)
}

/// The files that a pattern names, sorted. What cannot be looked into holds none.
fn files(pattern: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in pattern.components() {
        let Component::Normal(name) = part else {
            found.iter_mut().for_each(|path| path.push(part));
            continue;
        };
        let name = name.to_string_lossy();
        if !glob::has_wildcards(&name) {
            found.iter_mut().for_each(|path| path.push(&*name));
            continue;
        }
        found = found.iter().flat_map(|folder| inside(folder, &name)).collect();
    }
    found.retain(|path| path.is_file());
    found.sort();
    found
}

fn inside(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = std::fs::read_dir(here).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name());
    let fit = names.filter(|name| glob::fits(pattern, &name.to_string_lossy()));
    fit.map(|name| folder.join(name)).collect()
}

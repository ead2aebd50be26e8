//! Which files are meant, and what can be said of them without a server.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use estate::{Mistake, SourceFile};

use crate::trouble::Trouble;

/// Reads files and folders, in the order of their names.
///
/// # Errors
/// When something cannot be read, or a folder holds no YAML.
pub fn read(paths: &[PathBuf]) -> Result<Vec<SourceFile>, Trouble> {
    let mut files = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(|error| Trouble::fault(format!("the standard input: {error}")))?;
            files.push(SourceFile { name: "standard input".to_owned(), text });
            continue;
        }
        let before = files.len();
        collect(path, true, &mut files)?;
        if files.len() == before {
            let what = format!("{} holds no YAML file", path.display());
            return Err(Trouble::wrong(what).remedy("name files ending in .yaml or .yml"));
        }
    }
    Ok(files)
}

/// A file that was named is read whatever its name; below a folder only YAML is, and nothing
/// hidden.
fn collect(path: &Path, named: bool, files: &mut Vec<SourceFile>) -> Result<(), Trouble> {
    let told = |error: std::io::Error| Trouble::file(path, &error);
    if path.is_dir() {
        let entries = std::fs::read_dir(path).map_err(told)?;
        let mut inner: Vec<PathBuf> = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()
            .map_err(told)?;
        inner.retain(|path| {
            path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.'))
        });
        inner.sort();
        return inner.iter().try_for_each(|path| collect(path, false, files));
    }
    let yaml = path.extension().is_some_and(|end| end == "yaml" || end == "yml");
    if named || yaml {
        let text = std::fs::read_to_string(path).map_err(told)?;
        files.push(SourceFile { name: path.display().to_string(), text });
    }
    Ok(())
}

/// Checks files as a whole; returns how many resources they hold.
///
/// # Errors
/// Every mistake that was found.
pub fn check(files: &[SourceFile]) -> Result<usize, Vec<Mistake>> {
    let desired = estate::read(files)?;
    let mut mistakes = desired.check_routes(|metadata, route| {
        let Some(item) = &route.item else {
            let compiled = alerts::Condition::compile(&route.when);
            return compiled.map(|_| ()).map_err(|error| ("when", error.to_string()));
        };
        let rule = alerts::MatchRule {
            name: metadata.name.clone(),
            when: route.when.clone(),
            item: item.clone(),
        };
        alerts::Matcher::compile(std::slice::from_ref(&rule)).map(|_| ()).map_err(|errors| {
            errors
                .into_iter()
                .next()
                .map_or(("when", String::new()), |error| (error.field, error.problem))
        })
    });
    if let Err(found) = estate::plan(&[], &desired, false) {
        mistakes.extend(found);
    }
    if mistakes.is_empty() { Ok(desired.resources().len()) } else { Err(mistakes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEAM: &str = "apiVersion: operate/v1\nkind: Team\nmetadata: { name: web }\nspec: {}\n";

    #[test]
    fn folders_are_read_to_the_bottom_and_hidden_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("b/c")).unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        for name in ["b/c/two.yml", "a.yaml", "notes.md", ".git/x.yaml", ".hidden.yaml"] {
            std::fs::write(folder.path().join(name), TEAM).unwrap();
        }
        let files = read(&[folder.path().to_owned()]).unwrap();
        let names: Vec<_> = files.iter().map(|file| file.name.rsplit('/').next()).collect();
        assert_eq!(names, [Some("a.yaml"), Some("two.yml")]);
    }

    #[test]
    fn a_folder_without_yaml_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let trouble = read(&[folder.path().to_owned()]).unwrap_err();
        assert!(trouble.what.contains("holds no YAML"), "{trouble}");
    }

    #[test]
    fn without_a_server_mistakes_have_the_same_places_as_with_one() {
        let text = "apiVersion: operate/v1\nkind: Service\nmetadata: { name: shop }\n\
                    spec: { team: wbe }\n";
        let files = [TEAM, text].into_iter().enumerate().map(|(index, text)| SourceFile {
            name: format!("{index}.yaml"),
            text: text.to_owned(),
        });
        let mistakes = check(&files.collect::<Vec<_>>()).unwrap_err();
        assert_eq!(mistakes.len(), 1);
        assert_eq!((mistakes[0].file.as_str(), mistakes[0].line), ("1.yaml", 4));
        assert!(mistakes[0].remedy.contains("web"), "{}", mistakes[0]);
    }

    #[test]
    fn a_condition_that_cannot_be_read_is_a_mistake() {
        let text = "apiVersion: operate/v1\nkind: Route\nmetadata: { name: r }\n\
                    spec: { when: 'labels.job ==', item: 'service/{labels.job}' }\n";
        let file = SourceFile { name: "r.yaml".to_owned(), text: text.to_owned() };
        let mistakes = check(&[file]).unwrap_err();
        assert_eq!(mistakes[0].field, "spec.when");
    }
}

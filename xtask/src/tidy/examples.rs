use estate::SourceFile;

use crate::{Complaint, Tree};

/// Estates that are shown in documents apply without a complaint: people copy them.
pub fn examples_in_documents_apply(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.ends_with(".md")) {
        for (line, text) in estates(&file.text) {
            let source = [SourceFile { name: file.path.clone(), text }];
            let planned =
                estate::read(&source).and_then(|desired| estate::plan(&[], &desired, false));
            complaints.extend(planned.err().into_iter().flatten().map(|mistake| Complaint {
                rule: "examples",
                path: file.path.clone(),
                line: Some(line),
                what: mistake.to_string(),
                mend: "make the example one that `operate apply` takes",
            }));
        }
    }
    complaints
}

/// First line and text of each YAML block that holds resources.
fn estates(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut block: Option<(usize, String)> = None;
    for (index, line) in text.lines().enumerate() {
        match &mut block {
            None if line.trim() == "```yaml" => block = Some((index + 2, String::new())),
            None => {}
            Some(_) if line.trim() == "```" => found.extend(block.take()),
            Some((_, text)) => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    found.retain(|(_, text)| text.contains("apiVersion: operate/v1"));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_with_a_misspelled_field_is_named() {
        let text = "# A\n```yaml\napiVersion: operate/v1\nkind: Site\nmetadata:\n  name: a\n\
                    spec:\n  adress: b\n```\n";
        let found = examples_in_documents_apply(&Tree::of(&[("docs/a.md", text)]));
        assert_eq!(found.len(), 1);
        let right = text.replace("adress", "address");
        assert!(examples_in_documents_apply(&Tree::of(&[("docs/a.md", &right)])).is_empty());
    }
}

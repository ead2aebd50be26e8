//! Short ways to say things in tests.
#![expect(clippy::panic, dead_code, reason = "tests; not every file needs everything")]

use estate::{Applied, Desired, Mistake, Plan, Resource, SourceFile, Stored, plan, read};

pub fn file(name: &str, text: &str) -> SourceFile {
    SourceFile { name: name.to_owned(), text: text.to_owned() }
}

/// What reading and planning on an empty system gives.
pub fn try_plan(text: &str) -> Result<Plan, Vec<Mistake>> {
    plan(&[], &read(&[file("shop.yaml", text)])?, false)
}

pub fn desired(text: &str) -> Desired {
    read(&[file("shop.yaml", text)]).unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes)))
}

/// Everything as files said it.
pub fn stored(desired: &Desired) -> Vec<Stored> {
    let store = |resource: &Resource| Stored {
        resource: resource.clone(),
        applied: Some(Applied {
            resource: resource.clone(),
            file: "shop.yaml".to_owned(),
            taken_over: false,
        }),
    };
    desired.resources().map(store).collect()
}

pub fn lines(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(|mistake| format!("{mistake}\n")).collect()
}

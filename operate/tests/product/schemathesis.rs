//! Schemathesis reads the description of the API and tries what it allows and what it forbids.

use std::process::Command;

use crate::estate::ESTATE;
use crate::world::{Operate, Setup, run};

/// An error of the server is a fault; an answer that the description does not know is one too.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_schema_conformance";

#[tokio::test(flavor = "multi_thread")]
async fn no_request_gets_an_answer_that_the_description_does_not_know() {
    let Ok(schemathesis) = std::env::var("OPERATE_TEST_SCHEMATHESIS") else {
        println!("OPERATE_TEST_SCHEMATHESIS names no schemathesis; ./test e2e installs it");
        return;
    };
    let operate = Operate::start(Setup::default()).await;
    operate.apply(ESTATE).await;
    let token = operate.token("admin", &["read", "write", "intake", "admin"]).await;
    let output = run(Command::new(schemathesis)
        .args(["run", &format!("{}/api/v1/openapi.json", operate.url)])
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing"])
        .args(["--max-examples", "20", "--seed", "1", "--no-shrink", "--continue-on-failure"])
        // The live feed never ends.
        .args(["--exclude-path-regex", "stream", "--workers", "2", "--warnings", "off"])
        .current_dir(operate.folder()));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(!operate.printed().contains("panicked"), "{}", operate.printed());
}

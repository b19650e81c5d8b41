//! The program as `cargo xtask conformance` runs it, with a second emulator in place of Azure and the
//! sign-in that the environment names.

use std::path::Path;
use std::process::Command;

use emulator::{Emulator, Options, seed};

/// Runs the program, which may sign in at an emulator, and returns whether it succeeded and what it printed.
async fn program(endpoint: &str, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
    command
        .args(arguments)
        .env("AZURE_AUTHORITY_HOST", endpoint)
        .env("AZURE_TENANT_ID", seed::TENANT_ID)
        .env("AZURE_CLIENT_ID", seed::CLIENT_ID)
        .env("AZURE_CLIENT_SECRET", seed::CLIENT_SECRET);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(printed).unwrap())
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test]
async fn a_difference_is_printed_saved_and_accepted_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let (saved, known) = (
        folder.path().join("saved.json"),
        folder.path().join("known.json"),
    );
    let emulator = Emulator::start(Options {
        faults: vec!["Conflict:1@DELETE".to_owned()],
        ..Options::default()
    })
    .await
    .unwrap();
    let endpoint = emulator.endpoint().to_owned();
    let there = [
        "--area",
        "credentials",
        "--endpoint",
        &endpoint,
        "--save",
        text(&saved),
    ];
    let (is_alike, printed) = program(&endpoint, &there).await;
    assert!(!is_alike, "{printed}");
    assert!(
        printed.contains("credentials: deletes it: status: 200 | 409"),
        "{printed}"
    );
    assert!(!printed.contains(seed::CLIENT_SECRET), "{printed}");
    emulator.stop().await;

    // Without the other service, and with the reason of what differs.
    let reasons = r#"[
        {"step": "credentials: deletes it", "place": "*", "reason": "a fault"},
        {"step": "credentials: deletes it once more", "place": "*", "reason": "it was there"}]"#;
    std::fs::write(&known, reasons).unwrap();
    let with_reasons = [
        "--area",
        "credentials",
        "--recorded",
        text(&saved),
        "--known",
        text(&known),
    ];
    let (is_alike, printed) = program(&endpoint, &with_reasons).await;
    assert!(is_alike, "{printed}");
    let (is_alike, printed) = program(&endpoint, &with_reasons[..4]).await;
    assert!(!is_alike, "{printed}");
}

#[tokio::test]
async fn an_unknown_argument_is_an_error() {
    let (succeeded, printed) = program("http://127.0.0.1:9", &["--areas", "roles"]).await;
    assert!(!succeeded && printed.contains("--areas"), "{printed}");
}

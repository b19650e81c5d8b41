//! The script at two emulators: the same ones do not differ, and what one of them changes is found.

use std::time::Duration;

use conformance::compare::{Difference, compare};
use conformance::record::Recording;
use conformance::run::run;
use conformance::script;
use conformance::service::Service;
use emulator::{Emulator, Options};

/// What an emulator with these options answers to some areas of the script.
async fn answers(options: Options, areas: &[&str]) -> Recording {
    let names: Vec<String> = areas.iter().map(|name| (*name).to_owned()).collect();
    let emulator = Emulator::start(Options {
        operation_time: Duration::from_millis(200),
        ..options
    })
    .await
    .unwrap();
    let service = Service::emulated(&emulator, "eastus").await.unwrap();
    let recording = run(&service, &script::areas(&names).unwrap())
        .await
        .unwrap();
    emulator.stop().await;
    recording
}

/// The differences that the load of this machine does not make.
fn differences(first: &Recording, other: &Recording) -> Vec<Difference> {
    let mut found = compare(first, other);
    found.retain(|one| one.place != "time");
    found
}

#[tokio::test]
async fn two_emulators_answer_the_whole_script_alike_and_every_step() {
    let (one, same) = tokio::join!(
        answers(Options::default(), &[]),
        answers(Options::default(), &[])
    );
    assert_eq!(differences(&one, &same), []);
    for record in &one.steps {
        assert!(record.answer.is_ok(), "{record:?}");
    }
}

#[tokio::test]
async fn what_another_emulator_does_otherwise_is_found() {
    let usual = answers(Options::default(), &["credentials"]).await;
    let changed = Options {
        page_size: 1,
        faults: vec!["Conflict:1@DELETE".to_owned()],
        ..Options::default()
    };
    let changed = answers(changed, &["credentials"]).await;
    let found = differences(&usual, &changed);
    let places: Vec<String> = found
        .iter()
        .map(|one| format!("{}: {}", one.step, one.place))
        .collect();
    println!("{places:#?}");
    let has = |step: &str, place: &str| {
        found
            .iter()
            .any(|one| one.step == step && one.place == place)
    };
    assert!(
        has("credentials: lists them", "operation states"),
        "{places:#?}"
    );
    assert!(has("credentials: deletes it", "status"), "{places:#?}");
}

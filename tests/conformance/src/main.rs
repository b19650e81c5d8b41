//! `cargo xtask conformance`: see `HELP`.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use conformance::Result;
use conformance::compare::{Difference, compare};
use conformance::known::{self, Known};
use conformance::record::Recording;
use conformance::run::run;
use conformance::script;
use conformance::service::{Place, Service};
use emulator::{Emulator, Options};
use pico_args::Arguments;

const HELP: &str = "\
Usage: cargo xtask conformance [options]

Sends one script of requests to a new emulator and to another Azure Resource Manager, and prints
each difference of status, headers, body, operation states and time. It creates a resource group
there, works in that alone, and deletes it. It signs in as Connect-ManagedIdentityService does
without parameters: by the environment, a managed identity, or the Azure CLI.

  --environment NAME   the cloud; AzureCloud when not given
  --endpoint URL       a Resource Manager in place of that of a cloud
  --tenant ID          the tenant to sign in to
  --subscription ID    the subscription to work in
  --location NAME      where everything is created; eastus when not given
  --area NAME          only this part of the script (may be repeated)
  --save FILE          write what the other service answered
  --recorded FILE      compare with what --save wrote; no request leaves this machine
  --known FILE         differences that are known, each with its reason;
                       tests/conformance/known.json when not given
";

/// What the command line says.
struct Settings {
    place: Place,
    areas: Vec<String>,
    save: Option<PathBuf>,
    recorded: Option<PathBuf>,
    known: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    match told().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(report) => {
            eprintln!("{report}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the comparison, and returns whether there is no difference but those that are known.
async fn told() -> Result<bool> {
    let mut arguments = Arguments::from_env();
    if arguments.contains(["-h", "--help"]) {
        print!("{HELP}");
        return Ok(true);
    }
    let settings = settings(arguments).map_err(|error| format!("{error}\n\n{HELP}"))?;
    let areas = script::areas(&settings.areas)?;
    let known = known::read(&settings.known)?;

    let other = match &settings.recorded {
        Some(file) => read(file)?.of(&areas),
        None => run(&Service::signed_in(&settings.place).await?, &areas).await?,
    };
    if let Some(file) = &settings.save {
        let text = serde_json::to_string_pretty(&other).map_err(|error| error.to_string())?;
        fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let emulator = Emulator::start(Options::default())
        .await
        .map_err(|error| error.to_string())?;
    let service = Service::emulated(&emulator, &settings.place.location).await?;
    let own = run(&service, &areas).await?;
    emulator.stop().await;
    Ok(report(&compare(&own, &other), &known))
}

fn settings(mut arguments: Arguments) -> Result<Settings, pico_args::Error> {
    let path = |text: &std::ffi::OsStr| Ok::<_, std::convert::Infallible>(PathBuf::from(text));
    let known = concat!(env!("CARGO_MANIFEST_DIR"), "/known.json");
    let settings = Settings {
        place: Place {
            environment: arguments.opt_value_from_str("--environment")?,
            endpoint: arguments.opt_value_from_str("--endpoint")?,
            tenant: arguments.opt_value_from_str("--tenant")?,
            subscription: arguments.opt_value_from_str("--subscription")?,
            location: arguments
                .opt_value_from_str("--location")?
                .unwrap_or_else(|| "eastus".to_owned()),
        },
        areas: arguments.values_from_str("--area")?,
        save: arguments.opt_value_from_os_str("--save", path)?,
        recorded: arguments.opt_value_from_os_str("--recorded", path)?,
        known: arguments
            .opt_value_from_os_str("--known", path)?
            .unwrap_or_else(|| known.into()),
    };
    let rest = arguments.finish();
    match rest.is_empty() {
        true => Ok(settings),
        false => Err(pico_args::Error::ArgumentParsingFailed {
            cause: format!("unknown arguments: {rest:?}"),
        }),
    }
}

fn read(file: &PathBuf) -> Result<Recording> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = fs::read_to_string(file).map_err(|error| told(&error))?;
    serde_json::from_str(&text).map_err(|error| told(&error))
}

/// Prints the differences, and returns whether all are known.
fn report(differences: &[Difference], known: &[Known]) -> bool {
    let is_known = |one: &&Difference| known.iter().any(|reason| reason.covers(one));
    let (expected, new): (Vec<_>, Vec<_>) = differences.iter().partition(is_known);
    if !new.is_empty() {
        println!("\n== differences: step: place: the emulator | the other service");
    }
    for difference in &new {
        println!("{difference}");
    }
    println!(
        "\n{} differences, {} of them known",
        differences.len(),
        expected.len()
    );
    new.is_empty()
}

//! The program of `cargo xtask bench`: see `HELP`.

use std::convert::Infallible;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bench::Result;
use bench::compare;
use bench::measures::{MEASURES, Measure};
use bench::publish;
use bench::results::Results;
use bench::run::{self, Options};
use bench::tools::Tools;
use pico_args::Arguments;

const HELP: &str = "\
Usage: cargo xtask bench [options]

Measures the release module beside the Azure CLI, the Azure SDK for Python, loops of
Invoke-RestMethod and a bare client in Rust, against emulators on this machine. A whole run writes
docs/performance.md, its plots and the README's figures. The exit code is 0 if all targets are
reached, and with --against if no figure turned.

  --measure NAME   only this measure (may be repeated); demo and test run only when they are named
  --rounds N       this many rounds of each measure
  --quick          fewer rounds and smaller sizes, to try
  --save FILE      write the results to FILE, and not to target/bench/results.json. Measures in it
                   that this run does not take stay
  --from FILE      measure nothing: use these results
  --against FILE   compare with these results, and list each figure that turned by more than its
                   spread
  --page           write the page, its plots and the README's figures, also after another run
";

/// What the command line says.
struct Settings {
    measures: Vec<&'static Measure>,
    options: Options,
    save: PathBuf,
    from: Option<PathBuf>,
    against: Option<PathBuf>,
    page: bool,
    /// Whether only the command line is read: xtask asks before it builds what is measured.
    check: bool,
    tools: Tools,
}

fn main() -> ExitCode {
    match told() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(report) => {
            eprintln!("{report}");
            ExitCode::FAILURE
        }
    }
}

/// Measures, and returns whether all is as it should be.
fn told() -> Result<bool> {
    let mut arguments = Arguments::from_env();
    if arguments.contains(["-h", "--help"]) {
        print!("{HELP}");
        return Ok(true);
    }
    let settings = settings(arguments).map_err(|error| format!("{error}\n\n{HELP}"))?;
    // Before the long part: a file that can't be read is known at once.
    let before = settings.against.as_deref().map(Results::read).transpose()?;
    if settings.check {
        return Ok(true);
    }
    let results = match &settings.from {
        Some(file) => Results::read(file)?,
        None => measured(&settings)?,
    };
    if settings.page {
        publish::publish(&settings.tools.root, &results)?;
        println!("\n  docs/performance.md");
    }
    println!();
    Ok(match before {
        Some(before) => is_steady(&before, &results),
        None => is_reached(&results),
    })
}

/// The results of a run and of earlier ones, saved after each measure.
fn measured(settings: &Settings) -> Result<Results> {
    let (mut results, date) = run::before(&settings.save, &settings.tools)?;
    for measure in &settings.measures {
        run::run(
            measure,
            &settings.tools,
            settings.options,
            &date,
            &mut results,
        );
        results.write(&settings.save)?;
    }
    println!("\n  {}", settings.save.display());
    Ok(results)
}

/// Prints each figure that turned and each measure that failed, and returns whether there is none.
fn is_steady(before: &Results, after: &Results) -> bool {
    let turns = compare::turns(before, after);
    for turn in &turns {
        println!("  {turn}");
    }
    let failed = failed(after);
    println!(
        "{} figures turned by more than their spread, {failed} measures failed",
        turns.len()
    );
    turns.is_empty() && failed == 0
}

/// Prints each measure that failed, and returns how many there are.
fn failed(results: &Results) -> usize {
    let taken = results.measures.iter();
    let failed: Vec<_> = taken.filter(|(_, taken)| taken.failed).collect();
    for (id, _) in &failed {
        println!("  failed: {id}");
    }
    failed.len()
}

/// Prints each target that is missed, and returns whether there is none.
fn is_reached(results: &Results) -> bool {
    let mut missed = 0;
    for figure in MEASURES.iter().flat_map(|measure| measure.figures) {
        if let Some(outcome) = figure.outcome(results)
            && outcome.reached == Some(false)
        {
            missed += 1;
            println!(
                "  missed: {}: {}",
                figure.what,
                figure.shown(outcome.counted)
            );
        }
    }
    let failed = failed(results);
    println!("{missed} targets missed, {failed} measures failed");
    missed == 0 && failed == 0
}

fn settings(mut arguments: Arguments) -> std::result::Result<Settings, String> {
    let said = |error: pico_args::Error| error.to_string();
    let names: Vec<String> = arguments.values_from_str("--measure").map_err(said)?;
    let quick = arguments.contains("--quick");
    let is_whole = names.is_empty() && !quick;
    let measures = match names.is_empty() {
        true => MEASURES.iter().filter(|measure| !measure.opt_in).collect(),
        false => names
            .iter()
            .map(|name| Measure::named(name))
            .collect::<Result<_>>()?,
    };
    let rounds = arguments.opt_value_from_str("--rounds").map_err(said)?;
    if rounds == Some(0) {
        return Err("--rounds 0: it must be at least 1".to_owned());
    }
    let mut path = |name| {
        let read = |text: &OsStr| Ok::<_, Infallible>(PathBuf::from(text));
        arguments.opt_value_from_os_str(name, read).map_err(said)
    };
    let root = path("--root")?;
    let root = root.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let save = path("--save")?.unwrap_or_else(|| root.join("target/bench/results.json"));
    let from = path("--from")?;
    let against = path("--against")?;
    let tools = Tools {
        root,
        powershell: path("--pwsh")?,
        module: path("--module")?,
        trivial: path("--trivial")?,
        package: path("--package")?,
        libraries: path("--libraries")?,
        floor: path("--floor")?,
        emulator: path("--emulator")?,
        python: path("--python")?,
        azure_cli: path("--azure-cli")?,
    };
    let check = arguments.contains("--check");
    let page = arguments.contains("--page") || (is_whole && from.is_none());
    let rest = arguments.finish();
    if !rest.is_empty() {
        return Err(format!("unknown arguments: {rest:?}"));
    }
    Ok(Settings {
        measures,
        options: Options { rounds, quick },
        save,
        from,
        against,
        page,
        check,
        tools,
    })
}

//! Takes measures, one after the other.

use std::path::Path;
use std::process::Stdio;

use crate::Result;
use crate::command;
use crate::emulator::Emulator;
use crate::machine;
use crate::measures::{How, Measure, Parameter, Script};
use crate::own;
use crate::results::{Results, Taken};
use crate::sample::{self, Line, Sample};
use crate::tools::{Tools, needed};

/// How to measure.
#[derive(Clone, Copy)]
pub struct Options {
    /// How many rounds; each measure has a number of its own without.
    pub rounds: Option<u32>,
    /// Whether with fewer rounds and smaller sizes, to try.
    pub quick: bool,
}

/// What is known before the first measure: the machine, what an earlier run on it has measured, and the
/// day.
///
/// # Errors
/// PowerShell does not say what machine this is; the earlier results can't be read.
pub fn before(save: &Path, tools: &Tools) -> Result<(Results, String)> {
    let (machine, date) = machine::machine(tools)?;
    let mut results = Results {
        machine,
        ..Results::default()
    };
    if save.exists()
        && let Err(why) = results.keep(Results::read(save)?)
    {
        println!("\n  {}: {why}; they are replaced", save.display());
    }
    Ok((results, date))
}

/// Takes a measure in place of what is in the results, and shows what it says. One that fails is in
/// them as that.
pub fn run(measure: &Measure, tools: &Tools, options: Options, date: &str, results: &mut Results) {
    println!("\n== {}", measure.id);
    let mut samples = Vec::new();
    let run = take(measure, tools, options, &mut |sample| samples.push(sample));
    if let Err(report) = &run {
        println!("  {report}");
        samples.clear();
    }
    results.measures.insert(
        measure.id.to_owned(),
        Taken {
            date: date.to_owned(),
            quick: options.quick,
            failed: run.is_err(),
            samples,
        },
    );
    show(measure, results);
}

/// Prints what the figures of a measure came to.
fn show(measure: &Measure, results: &Results) {
    for figure in measure.figures {
        let Some(outcome) = figure.outcome(results) else {
            println!("  ----  {}: not measured", figure.what);
            continue;
        };
        let verdict = match outcome.reached {
            Some(true) => "PASS",
            Some(false) => "FAIL",
            None => "    ",
        };
        let target = figure
            .target
            .map(|target| format!(", at most {}", figure.shown(target)));
        println!(
            "  {verdict}  {}: {} (spread {}{})",
            figure.what,
            figure.shown(outcome.counted),
            figure.shown(outcome.summary.spread()),
            target.unwrap_or_default()
        );
    }
}

/// Takes one measure.
fn take(
    measure: &Measure,
    tools: &Tools,
    options: Options,
    sink: &mut dyn FnMut(Sample),
) -> Result<()> {
    match measure.how {
        How::Script(script) => scripted(script, tools, options, sink),
        How::Import => own::import(tools, options, sink),
        How::Session => own::session(tools, options, sink),
        How::Size => own::size(tools, sink),
        How::Demo => own::demo(tools, sink),
        How::Test => own::test(tools, sink),
    }
}

/// Runs a script against an emulator of its own.
fn scripted(
    script: Script,
    tools: &Tools,
    options: Options,
    sink: &mut dyn FnMut(Sample),
) -> Result<()> {
    let mut command = tools.powershell()?;
    command
        .arg("-File")
        .arg(tools.root.join("bench/scripts").join(script.file));
    let mut emulator = None;
    for parameter in script.takes {
        match parameter {
            Parameter::ModulePath => command
                .arg("-ModulePath")
                .arg(needed(&tools.module, "module")?),
            Parameter::Floor => command.arg("-Floor").arg(needed(&tools.floor, "floor")?),
            Parameter::EmulatorPath => command
                .arg("-EmulatorPath")
                .arg(needed(&tools.emulator, "emulator")?),
            Parameter::Endpoint => {
                let started = Emulator::start(needed(&tools.emulator, "emulator")?)?;
                started.known_to(&mut command);
                command.args(["-Endpoint", &started.endpoint]);
                command.args(["-CertificateFile", &started.certificate]);
                emulator = Some(started);
                &mut command
            }
            Parameter::Python => match &tools.python {
                Some(python) => command.arg("-Python").arg(python),
                None => &mut command,
            },
            Parameter::AzureCli => match &tools.azure_cli {
                Some(python) => command.arg("-AzureCli").arg(python),
                None => &mut command,
            },
        };
    }
    if let Some(rounds) = options.rounds {
        command.args(["-Round", &rounds.to_string()]);
    }
    if options.quick {
        command.arg("-Quick");
    }
    command.stdin(Stdio::null());
    let run = command::lines(&mut command, |line| {
        match sample::read(line)? {
            Line::Sample(sample) => sink(sample),
            Line::Text => println!("{line}"),
        }
        Ok(())
    });
    drop(emulator);
    run
}

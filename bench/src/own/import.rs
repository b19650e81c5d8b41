//! What importing the module costs a new process, beside a binary module of one cmdlet.

use std::path::Path;

use super::{Sink, in_turn, quoted, sample, used};
use crate::Result;
use crate::command;
use crate::run::Options;
use crate::tools::{Tools, needed};

/// How many rounds there are, each of one process for every series.
const ROUNDS: u32 = 41;
const QUICK: u32 = 5;

/// What to import; nothing for a PowerShell that imports nothing.
type Imported<'a> = (&'static str, Option<&'a Path>);

/// Takes `import-wall`, `import-cpu` and `import-within`.
pub fn import(tools: &Tools, options: Options, sink: Sink<'_>) -> Result<()> {
    let all: [Imported<'_>; 3] = [
        ("module", Some(needed(&tools.module, "module")?)),
        ("trivial", Some(needed(&tools.trivial, "trivial")?)),
        ("bare", None),
    ];
    // The first of each reads from disk what the others find in memory.
    for (_, folder) in all {
        start(tools, folder)?;
    }
    let rounds = options
        .rounds
        .unwrap_or(if options.quick { QUICK } else { ROUNDS });
    for round in 1..=rounds {
        for (series, folder) in in_turn(round, &all) {
            let usage = start(tools, folder)?;
            used("import", series, round, &usage, sink);
            if folder.is_some() {
                let text = usage.output.trim();
                let within = text
                    .parse()
                    .map_err(|_| format!("`{text}` is not a time"))?;
                sink(sample("import-within", series, round, within, "ms"));
            }
        }
    }
    Ok(())
}

/// A new process that imports a module and prints how long that took in milliseconds.
fn start(tools: &Tools, folder: Option<&Path>) -> Result<command::Usage> {
    let import = folder.map_or_else(String::new, |folder| {
        format!("Import-Module {}", quoted(&folder.display().to_string()))
    });
    // The same for all, but for the import.
    let script = format!(
        "$clock = [System.Diagnostics.Stopwatch]::StartNew(); {import}; \
         $clock.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)"
    );
    command::measure(tools.powershell()?.args(["-Command", &script]))
}

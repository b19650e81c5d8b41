//! The machine that measures, as PowerShell knows it.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::Result;
use crate::command;
use crate::results::Machine;
use crate::tools::Tools;

/// What `Get-Machine.ps1` prints.
#[derive(serde::Deserialize)]
struct Answer {
    date: String,
    machine: Machine,
}

/// The machine, with the versions of what there is on it, and the day.
///
/// # Errors
/// PowerShell does not say.
pub fn machine(tools: &Tools) -> Result<(Machine, String)> {
    let script = tools.root.join("bench/machine/Get-Machine.ps1");
    let output = command::measure(tools.powershell()?.arg("-File").arg(script))?.output;
    let Answer { date, mut machine } =
        serde_json::from_str(&output).map_err(|error| format!("{error} in:\n{output}"))?;
    let python = [(&tools.python, PYTHON), (&tools.azure_cli, AZURE_CLI)];
    for (python, names) in python {
        let Some(python) = python else { continue };
        for (name, package) in names {
            if let Some(version) = version(python, package) {
                machine.versions.insert((*name).to_owned(), version);
            }
        }
    }
    Ok((machine, date))
}

/// Programs and the packages that have their versions; none for Python's own.
type Packages = [(&'static str, Option<&'static str>)];

const PYTHON: &Packages = &[
    ("Python", None),
    (
        "Azure SDK for Python: azure-mgmt-msi",
        Some("azure-mgmt-msi"),
    ),
];

const AZURE_CLI: &Packages = &[("Azure CLI", Some("azure-cli"))];

fn version(python: &Path, package: &Option<&str>) -> Option<String> {
    let code = match package {
        Some(package) => format!("import importlib.metadata as m; print(m.version('{package}'))"),
        None => "import platform; print(platform.python_version())".to_owned(),
    };
    let mut command = Command::new(python);
    command.stdin(Stdio::null()).args(["-c", &code]);
    let output = command::measure(&mut command).ok()?.output;
    Some(output.trim().to_owned()).filter(|version| !version.is_empty())
}

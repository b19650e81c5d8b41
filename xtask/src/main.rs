//! `cargo xtask …`: builds, tests, shows, measures and packs the module. What it takes beside
//! cargo is found on the machine or fetched into the target folder.

mod assemble;
mod azure;
mod bench;
mod counts;
mod demo;
mod fuzz;
mod help;
mod inspect;
mod native;
mod package;
mod platform;
mod powershell;
mod process;
mod recording;
mod sanitize;
mod stamp;
mod table;
mod test;
mod tools;
mod workspace;

use std::env;
use std::path::{Path, PathBuf, absolute};
use std::process::ExitCode;

use pico_args::Arguments;

use process::Result;
use test::Layer;
use tools::Tools;
use workspace::Workspace;

const HELP: &str = "\
Usage: cargo xtask <command> [options]

  build      Build the module, ready for Import-Module, in dist/ManagedIdentity
    --out DIR              build into DIR/ManagedIdentity
    --native DIR           take native libraries from DIR/<rid>/ (may be repeated)
    --target TARGET        build the native libraries of this Rust target instead of this
                           host's, as a release has them (may be repeated)
    --native-only          only the native libraries, in <out>/<rid>/
  test       Run all layers of tests
    --layer NAME           only this layer (may be repeated): lint, rust, csharp, peers,
                           pester, and on Windows pester-5.1
    --require-powershell   a missing PowerShell is a failure, not a skip
                           (also MI_REQUIRE_POWERSHELL=1)
                           MI_MODULE_PATH is the path of a built module to test instead,
                           MI_PACKAGE_PATH that of a package,
                           MI_TEST_PWSH the program to run the layer pester with instead of pwsh
  demo       Demonstrate the module, or that of MI_MODULE_PATH, on the local emulator
    --record FILE          write the demonstration as an SVG, such as docs/demo.svg
  conformance  Send one script of requests to the emulator and to Azure, and show where their
             answers differ; `cargo xtask conformance --help` lists the options
  live       Run the README's story against Azure, in a resource group of its own that is deleted.
             It signs in as Connect-ManagedIdentityService does without parameters
    --environment NAME, --endpoint URL, --tenant ID, --subscription ID, --location NAME
  fuzz       Look for input that the library or the emulator can't stand, with libFuzzer
    --target NAME          only this target of fuzz/src/lib.rs (may be repeated)
    --seconds N            how long for each; 60 when not given
    --update               add what was found to fuzz/corpus, without what reaches nothing new
  sanitize   The C ABIs under AddressSanitizer and valgrind, on Linux
  help       Generate what Get-Help reads, in target/help, from the Markdown in ps-module/help
  bench      Measure the release module beside what people use today, and write docs/performance.md;
             `cargo xtask bench --help` lists the options
  package    dist/ManagedIdentity.<version>.nupkg for the PowerShell Gallery, and beside it the same
             as a zip file, its bill of materials, and the checksums of all
    --out DIR, --native DIR, --target TARGET  as for build
    --release TAG          a release: fails where a platform, the tag of this version or its section
                           of the changelog is missing. Without it, the package is a preview
    --module DIR           pack this module, which build or package made: its files may be signed
  platforms  Print the table of platforms, for docs/platforms.md
    --native DIR           measure the native libraries in DIR/<rid>/ (may be repeated)
";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(report) => {
            eprintln!("{report}");
            ExitCode::FAILURE
        }
    }
}

/// Carries out the command and returns whether it ended well; an error is one that the command
/// has not told yet.
fn run() -> Result<bool> {
    let mut arguments = Arguments::from_env();
    let command = arguments.subcommand().map_err(|error| error.to_string())?;
    let workspace = Workspace::find()?;
    if command.as_deref() == Some("conformance") {
        azure::conformance(&workspace, arguments.finish())?;
        return Ok(true);
    }
    let tools = Tools::new(&workspace);
    if command.as_deref() == Some("bench") {
        bench::run(&workspace, &tools, arguments.finish())?;
        return Ok(true);
    }
    if arguments.contains(["-h", "--help"]) {
        print!("{HELP}");
        return Ok(true);
    }
    match command.as_deref() {
        Some("build") => {
            let native_only = arguments.contains("--native-only");
            // The default; taken so that it can be said.
            arguments.contains("--release");
            let (out, natives) = places(&mut arguments, &workspace)?;
            let targets = targets(&mut arguments)?;
            finish(arguments)?;
            if native_only {
                native::release(&workspace, &targets, &out)?;
            } else {
                package::build(&workspace, &tools, &out, &natives, &targets)?;
            }
        }
        Some("test") => {
            let options = test_options(&mut arguments)?;
            finish(arguments)?;
            return Ok(test::run(&workspace, &tools, &options));
        }
        Some("demo") => {
            let record = path(&mut arguments, "--record")?;
            finish(arguments)?;
            let module = variable("MI_MODULE_PATH")?;
            match record {
                Some(file) => demo::record(&workspace, &tools, module, &file)?,
                None => demo::run(&workspace, &tools, module)?,
            }
        }
        Some("live") => {
            let parameters = place(&mut arguments)?;
            finish(arguments)?;
            let module = variable("MI_MODULE_PATH")?;
            azure::live(&workspace, &tools, module, &parameters)?;
        }
        Some("fuzz") => {
            let options = fuzz::Options {
                targets: targets(&mut arguments)?,
                seconds: arguments
                    .opt_value_from_str("--seconds")
                    .map_err(|error| error.to_string())?
                    .unwrap_or(60),
                update: arguments.contains("--update"),
            };
            finish(arguments)?;
            return fuzz::run(&workspace, &options);
        }
        Some("sanitize") => {
            finish(arguments)?;
            return sanitize::run(&workspace);
        }
        Some("help") => {
            finish(arguments)?;
            help::run(&workspace, &tools)?;
        }
        Some("package") => {
            let (out, natives) = places(&mut arguments, &workspace)?;
            let options = package::Options {
                out,
                natives,
                targets: targets(&mut arguments)?,
                module: path(&mut arguments, "--module")?,
                release: arguments
                    .opt_value_from_str("--release")
                    .map_err(|error| error.to_string())?,
            };
            finish(arguments)?;
            package::run(&workspace, &tools, &options)?;
        }
        Some("platforms") => {
            let natives = natives(&mut arguments)?;
            finish(arguments)?;
            table::print(&natives)?;
        }
        Some(other) => return Err(format!("unknown command: {other}\n\n{HELP}")),
        None => return Err(HELP.to_owned()),
    }
    Ok(true)
}

/// The options `--out` and `--native`.
fn places(arguments: &mut Arguments, workspace: &Workspace) -> Result<(PathBuf, Vec<PathBuf>)> {
    let out = path(arguments, "--out")?.unwrap_or_else(|| workspace.root.join("dist"));
    Ok((out, natives(arguments)?))
}

/// The options of `live`, as the parameters of its script.
fn place(arguments: &mut Arguments) -> Result<Vec<(&'static str, String)>> {
    let options = [
        ("--environment", "-Environment"),
        ("--endpoint", "-Endpoint"),
        ("--tenant", "-Tenant"),
        ("--subscription", "-SubscriptionId"),
        ("--location", "-Location"),
    ];
    let mut parameters = Vec::new();
    for (option, parameter) in options {
        let value = arguments.opt_value_from_str(option);
        if let Some(value) = value.map_err(|error| error.to_string())? {
            parameters.push((parameter, value));
        }
    }
    Ok(parameters)
}

/// The folders of the option `--native`.
fn natives(arguments: &mut Arguments) -> Result<Vec<PathBuf>> {
    arguments
        .values_from_os_str("--native", |text| absolute(Path::new(text)))
        .map_err(|error| error.to_string())
}

/// The Rust targets of the option `--target`.
fn targets(arguments: &mut Arguments) -> Result<Vec<String>> {
    arguments
        .values_from_str("--target")
        .map_err(|error| error.to_string())
}

/// An option that is a path.
fn path(arguments: &mut Arguments, name: &'static str) -> Result<Option<PathBuf>> {
    arguments
        .opt_value_from_os_str(name, |text| absolute(Path::new(text)))
        .map_err(|error| error.to_string())
}

fn test_options(arguments: &mut Arguments) -> Result<test::Options> {
    let require_powershell = arguments.contains("--require-powershell")
        || env::var_os("MI_REQUIRE_POWERSHELL").is_some_and(|value| value == "1");
    let names: Vec<String> = arguments
        .values_from_str("--layer")
        .map_err(|error| error.to_string())?;
    let mut layers = names
        .iter()
        .map(|name| Layer::named(name))
        .collect::<Result<Vec<_>>>()?;
    if layers.is_empty() {
        layers = Layer::ALL.to_vec();
    }
    Ok(test::Options {
        layers,
        require_powershell,
        module: variable("MI_MODULE_PATH")?,
        package: variable("MI_PACKAGE_PATH")?,
        powershell: env::var_os("MI_TEST_PWSH")
            .filter(|path| !path.is_empty())
            .map(PathBuf::from),
    })
}

/// An environment variable that is a path.
fn variable(name: &str) -> Result<Option<PathBuf>> {
    env::var_os(name)
        .filter(|path| !path.is_empty())
        .map(|path| absolute(Path::new(&path)).map_err(|error| format!("{name}: {error}")))
        .transpose()
}

/// Nothing may be left over: a misspelt option is not an option ignored.
fn finish(arguments: Arguments) -> Result<()> {
    let rest = arguments.finish();
    if rest.is_empty() {
        return Ok(());
    }
    let rest: Vec<_> = rest.iter().map(|rest| rest.to_string_lossy()).collect();
    Err(format!("unknown argument: {}\n\n{HELP}", rest.join(" ")))
}

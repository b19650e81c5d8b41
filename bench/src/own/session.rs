//! A new process that connects and gets one identity, beside a bare PowerShell, one that calls two commands
//! that do nothing, one that sends the same requests with Invoke-RestMethod, and the Azure CLI.

use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::{Sink, in_turn, quoted, used};
use crate::Result;
use crate::command::{self, Usage};
use crate::emulator::Emulator;
use crate::measures::SESSION;
use crate::run::Options;
use crate::tools::{Tools, needed};

const ROUNDS: u32 = 15;
const QUICK: u32 = 3;

/// The group and the identity that every series gets.
const GROUP: &str = "myResourceGroup";
const NAME: &str = "session";
/// The module's own.
const API_VERSION: &str = "2026-05-31";

/// Who signs in, as the emulator has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Seed {
    tenant_id: String,
    subscription_id: String,
    client_id: String,
    client_secret: String,
}

/// What all series have in common.
struct Session<'a> {
    tools: &'a Tools,
    module: &'a Path,
    trivial: &'a Path,
    emulator: Emulator,
    seed: Seed,
    /// The Azure CLI, signed in.
    azure_cli: Option<AzureCli<'a>>,
}

struct AzureCli<'a> {
    python: &'a Path,
    /// Its configuration, which ends with this value.
    folder: tempfile::TempDir,
}

/// Takes `session-wall` and `session-cpu`.
pub fn session(tools: &Tools, options: Options, sink: Sink<'_>) -> Result<()> {
    let session = Session::new(tools)?;
    let series: Vec<_> = SESSION
        .iter()
        .copied()
        .filter(|one| *one != "az" || session.azure_cli.is_some())
        .collect();
    // The first of each reads from disk what the others find in memory.
    for one in &series {
        session.start(one)?;
    }
    let rounds = options
        .rounds
        .unwrap_or(if options.quick { QUICK } else { ROUNDS });
    for round in 1..=rounds {
        for one in in_turn(round, &series) {
            used("session", one, round, &session.start(one)?, sink);
        }
    }
    Ok(())
}

impl<'a> Session<'a> {
    fn new(tools: &'a Tools) -> Result<Self> {
        let module = needed(&tools.module, "module")?;
        let trivial = needed(&tools.trivial, "trivial")?;
        let emulator = Emulator::start(needed(&tools.emulator, "emulator")?)?;
        let seed = prepare(tools, module, &emulator)?;
        let mut session = Self {
            tools,
            module,
            trivial,
            emulator,
            seed,
            azure_cli: None,
        };
        session.azure_cli = match &tools.azure_cli {
            Some(python) => Some(session.signed_in(python)?),
            None => None,
        };
        Ok(session)
    }

    /// One new process of a series.
    fn start(&self, series: &str) -> Result<Usage> {
        match (series, &self.azure_cli) {
            ("az", Some(azure_cli)) => {
                let show = [
                    "identity",
                    "show",
                    "--resource-group",
                    GROUP,
                    "--name",
                    NAME,
                ];
                command::measure(&mut azure_cli.command(&self.emulator, &show))
            }
            ("module", _) => self.script(&format!(
                "Import-Module {}; $null = Connect-ManagedIdentityService -Endpoint {}; \
                 $null = Get-UserAssignedIdentity -ResourceGroupName {GROUP} -Name {NAME}; ",
                quoted(&self.module.display().to_string()),
                quoted(&self.emulator.endpoint)
            )),
            ("trivial", _) => self.script(&format!(
                "Import-Module {}; Get-Nothing; Get-Nothing; ",
                quoted(&self.trivial.display().to_string())
            )),
            ("invoke-restmethod", _) => self.script(&format!(
                "$endpoint = {}; $token = (Invoke-RestMethod -Method Post \
                 -Uri $endpoint/$env:AZURE_TENANT_ID/oauth2/v2.0/token -Body @{{ \
                 grant_type = 'client_credentials'; client_id = $env:AZURE_CLIENT_ID; \
                 client_secret = $env:AZURE_CLIENT_SECRET; scope = \"$endpoint/.default\" }}\
                 ).access_token; $null = Invoke-RestMethod -Headers @{{ Authorization = \"Bearer $token\" }} \
                 -Uri ($endpoint + \"/subscriptions/$env:AZURE_SUBSCRIPTION_ID\" + \
                 '/resourceGroups/{GROUP}/providers/Microsoft.ManagedIdentity\
                 /userAssignedIdentities/{NAME}?api-version={API_VERSION}'); ",
                quoted(&self.emulator.endpoint)
            )),
            _ => self.script(""),
        }
    }

    /// A new PowerShell that runs statements and then writes a text, which an error prevents. The time of
    /// the text is PowerShell's own and in all series. No series reads a property of what it got: the
    /// first time in a session that takes PowerShell as long as an import.
    fn script(&self, statements: &str) -> Result<Usage> {
        let script = format!(
            "$ErrorActionPreference = 'Stop'; {statements}{}",
            quoted(NAME)
        );
        let usage = command::measure(self.powershell()?.args(["-Command", &script]))?;
        match usage.output.trim() == NAME {
            true => Ok(usage),
            false => Err(format!("unexpected output: {}", usage.output)),
        }
    }

    /// PowerShell in the environment of a script that signs in by itself, as in a pipeline.
    fn powershell(&self) -> Result<Command> {
        let mut command = self.tools.powershell()?;
        command
            .env("SSL_CERT_FILE", &self.emulator.certificate)
            .env_remove("SSL_CERT_DIR")
            .env("AZURE_AUTHORITY_HOST", &self.emulator.endpoint)
            .env("AZURE_TENANT_ID", &self.seed.tenant_id)
            .env("AZURE_SUBSCRIPTION_ID", &self.seed.subscription_id)
            .env("AZURE_CLIENT_ID", &self.seed.client_id)
            .env("AZURE_CLIENT_SECRET", &self.seed.client_secret);
        Ok(command)
    }

    fn signed_in(&self, python: &'a Path) -> Result<AzureCli<'a>> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let azure_cli = AzureCli { python, folder };
        let endpoint = &*self.emulator.endpoint;
        let Seed {
            tenant_id,
            client_id,
            client_secret,
            ..
        } = &self.seed;
        let register = [
            "cloud",
            "register",
            "--name",
            "Emulator",
            "--endpoint-resource-manager",
            endpoint,
        ];
        let login = [
            "login",
            "--service-principal",
            "--tenant",
            tenant_id,
            "--username",
            client_id,
            "--password",
            client_secret,
        ];
        for arguments in [
            &register[..],
            &["cloud", "set", "--name", "Emulator"],
            &login,
        ] {
            command::measure(&mut azure_cli.command(&self.emulator, arguments))
                // The arguments have the secret of an emulator that ends with this run.
                .map_err(|error| format!("the Azure CLI cannot sign in: {error}"))?;
        }
        Ok(azure_cli)
    }
}

impl AzureCli<'_> {
    fn command(&self, emulator: &Emulator, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.python);
        command
            .stdin(Stdio::null())
            .args(["-m", "azure.cli"])
            .args(arguments)
            .env("AZURE_CONFIG_DIR", self.folder.path())
            .env("AZURE_CORE_INSTANCE_DISCOVERY", "false")
            .env("AZURE_CORE_COLLECT_TELEMETRY", "false")
            .env("AZURE_CORE_ONLY_SHOW_ERRORS", "true")
            .env("REQUESTS_CA_BUNDLE", &emulator.certificate)
            .env("NO_PROXY", "127.0.0.1,localhost");
        command
    }
}

/// Creates the identity that is got, and asks the emulator who may sign in.
fn prepare(tools: &Tools, module: &Path, emulator: &Emulator) -> Result<Seed> {
    let script = format!(
        "$ErrorActionPreference = 'Stop'; Import-Module {}; \
         $null = Connect-ManagedIdentityService -Emulator -Endpoint {endpoint}; \
         $null = New-UserAssignedIdentity -ResourceGroupName {GROUP} -Name {NAME} -Location eastus; \
         Invoke-RestMethod -Uri ({endpoint} + '/_emulator') -SkipCertificateCheck \
         -Headers @{{ 'x-emulator-key' = $env:EMULATOR_ADMIN_KEY }} | ConvertTo-Json -Depth 9",
        quoted(&module.display().to_string()),
        endpoint = quoted(&emulator.endpoint)
    );
    let mut command = tools.powershell()?;
    let output =
        command::measure(emulator.known_to(&mut command).args(["-Command", &script]))?.output;
    serde_json::from_str(&output).map_err(|error| format!("{error} in:\n{output}"))
}

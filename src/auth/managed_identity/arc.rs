//! The agent of Azure Arc on a machine outside Azure. A caller proves that it is an administrator
//! of the machine by reading a file that the agent names. Source: Azure Arc's documentation,
//! "Authenticate against Azure resources with Azure Arc-enabled servers", and Azure's SDKs.

use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use super::{Answer, Call, endpoint};
use crate::arm::{Category, Error, Result, Url};
use crate::auth::variables::Variables;
use crate::auth::{AccessToken, Caller, Secret, files};

/// The agent's endpoint, and where its files are.
pub(super) struct Arc {
    endpoint: Url,
    folder: PathBuf,
}

const PLACE: &str = "Azure Arc";

/// Where the agent listens.
const ENDPOINT: &str = "http://localhost:40342/metadata/identity/oauth2/token";

/// The agent's key is no longer.
const LONGEST: u64 = 4096;

impl Arc {
    /// Where the environment tells of one, or the agent is installed.
    pub(super) fn find(variables: Variables<'_>) -> Result<Option<Self>> {
        let named = variables
            .get("IMDS_ENDPOINT")
            .and_then(|_| variables.get("IDENTITY_ENDPOINT"));
        let (agent, folder) = installation(variables);
        let endpoint = match named {
            Some(named) => endpoint("IDENTITY_ENDPOINT", &named)?,
            None if agent.exists() => Url::parse(ENDPOINT).expect("is a URL"),
            None => return Ok(None),
        };
        Ok(Some(Self { endpoint, folder }))
    }

    pub(super) async fn token(&self, caller: &Caller<'_>, resource: &str) -> Result<AccessToken> {
        let mut call = self.call(resource);
        let challenge = call.send(caller).await?;
        if challenge.status != 401 {
            return call.read(challenge);
        }
        let key = read_key(&self.key_file(&challenge)?)?;
        let proof = format!("Basic {}", key.expose_secret());
        call.headers.push(("authorization", proof.into()));
        call.token(caller).await
    }

    fn call(&self, resource: &str) -> Call<'static> {
        let mut url = self.endpoint.clone();
        url.query_pairs_mut()
            .append_pair("api-version", "2019-11-01")
            .append_pair("resource", resource);
        Call {
            url,
            headers: vec![("metadata", "true".to_owned().into())],
            place: PLACE,
        }
    }

    /// The file that a challenge names, `Basic realm=<file>`, if it is one of the agent's own: who
    /// else answers in the agent's place shall not get to see any other file.
    fn key_file(&self, challenge: &Answer) -> Result<PathBuf> {
        let header = challenge
            .headers
            .get("www-authenticate")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let named = header
            .strip_prefix("Basic realm=")
            .ok_or_else(|| untrusted("it does not name a file"))?;
        let file = Path::new(named.trim_matches('"'));
        let is_own = file.parent() == Some(&*self.folder)
            && file.extension().is_some_and(|extension| extension == "key");
        if !is_own {
            return Err(untrusted("the file that it names is none of the agent's"));
        }
        match file.symlink_metadata() {
            Ok(found) if !found.is_file() => {
                Err(untrusted("what it names is a link and not a file"))
            }
            _ => Ok(file.to_owned()),
        }
    }
}

/// The agent's program, and the folder of its keys.
fn installation(variables: Variables<'_>) -> (PathBuf, PathBuf) {
    if cfg!(windows) {
        let folder = |name: &str, usual: &str| {
            PathBuf::from(variables.get(name).unwrap_or_else(|| usual.to_owned()))
                .join("AzureConnectedMachineAgent")
        };
        let program = folder("ProgramFiles", r"C:\Program Files").join("himds.exe");
        (
            program,
            folder("ProgramData", r"C:\ProgramData").join("Tokens"),
        )
    } else {
        (
            PathBuf::from("/opt/azcmagent/bin/himds"),
            PathBuf::from("/var/opt/azcmagent/tokens"),
        )
    }
}

fn read_key(file: &Path) -> Result<Secret> {
    let key = files::read_text(file, LONGEST, "Azure Arc's key").map_err(|error| {
        error.advise("Run as an administrator, or on Linux as root or a member of the group himds.")
    })?;
    files::one_word(&key, "Identity", "UntrustedChallenge")
}

fn untrusted(why: &str) -> Error {
    Error::new(
        Category::AuthenticationError,
        "UntrustedChallenge",
        "Identity",
        format!("Azure Arc's challenge is not to be trusted: {why}"),
    )
    .advise("Check what listens in the place of the agent (azcmagent show).")
}

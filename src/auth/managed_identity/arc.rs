//! The agent of Azure Arc on a machine outside Azure. A caller proves that it is an administrator
//! of the machine by reading a file that the agent names. Source: Azure Arc's documentation,
//! "Authenticate against Azure resources with Azure Arc-enabled servers", and Azure's SDKs.

use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use super::call::{TokenRequest, endpoint};
use crate::auth::ask::Answer;
use crate::auth::caller::Caller;
use crate::auth::files;
use crate::auth::token::{AccessToken, Secret};
use crate::auth::variables::Variables;
use crate::base::{Category, Error, Result, Url};

/// The agent's endpoint, and where its files are.
pub(super) struct Arc {
    endpoint: Url,
    folder: PathBuf,
}

const SERVICE: &str = "Azure Arc";

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

    /// The one whose files are in a folder.
    #[cfg(feature = "fuzzing")]
    pub(super) fn at(folder: PathBuf) -> Self {
        let endpoint = Url::parse(ENDPOINT).expect("is a URL");
        Self { endpoint, folder }
    }

    fn call(&self, resource: &str) -> TokenRequest<'static> {
        let mut url = self.endpoint.clone();
        url.query_pairs_mut()
            .append_pair("api-version", "2019-11-01")
            .append_pair("resource", resource);
        TokenRequest {
            url,
            headers: vec![("metadata", "true".to_owned().into())],
            service: SERVICE,
        }
    }

    /// The file that a challenge names, `Basic realm=<file>`, if it is one of the agent's own: who
    /// else answers in the agent's place shall not get to see any other file.
    pub(super) fn key_file(&self, challenge: &Answer) -> Result<PathBuf> {
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
            return Err(untrusted(
                "the file that it names is not in the agent's folder",
            ));
        }
        match file.symlink_metadata() {
            Ok(found) if !found.is_file() => Err(untrusted("it names a link and not a file")),
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
        format!("Refused the challenge of Azure Arc: {why}"),
    )
    .advise("Check which process listens at the agent's address (azcmagent show).")
}

#[cfg(test)]
mod tests {
    use emulator::{ADMIN_KEY_HEADER, Emulator, Options, seed};
    use serde_json::{Value, json};

    use super::*;
    use crate::base::{Http, Observer, Proxy, RetryPolicy, Silent};

    /// An agent, and a program that looks for its keys in a folder.
    struct Agent {
        emulator: Emulator,
        folder: PathBuf,
        endpoint: String,
    }

    impl Agent {
        async fn start(challenge: &str) -> Self {
            let emulator = Emulator::start(Options::default()).await.unwrap();
            let mut agent = Self {
                emulator,
                folder: PathBuf::new(),
                endpoint: String::new(),
            };
            let machine = format!(
                "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Compute/virtualMachines/{}",
                seed::SUBSCRIPTION_ID,
                seed::RESOURCE_GROUP,
                seed::VM
            );
            agent
                .give_identity(&machine, json!({"identity": {"type": "SystemAssigned"}}))
                .await;
            let host = json!({ "machine": machine, "challenge": challenge });
            let host = agent.call("PUT", "/_emulator/hosts/arc", None, host).await;
            let endpoint = host["environment"]["IDENTITY_ENDPOINT"].as_str();
            agent.endpoint = endpoint.unwrap().to_owned();
            agent.folder = host["folder"].as_str().unwrap().into();
            agent
        }

        async fn call(&self, method: &str, path: &str, token: Option<&str>, body: Value) -> Value {
            let http = Http::new(Proxy::System);
            let mut call = http
                .machine()
                .unwrap()
                .request(method.parse().unwrap(), self.url(path))
                .header("content-type", "application/json")
                .header(ADMIN_KEY_HEADER, self.emulator.admin_key())
                .body(body.to_string());
            if let Some(token) = token {
                call = call.bearer_auth(token);
            }
            let answer = call.send().await.unwrap();
            assert!(answer.status().is_success(), "{answer:?}");
            serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
        }

        fn url(&self, path: &str) -> Url {
            format!("{}{path}", self.emulator.endpoint())
                .parse()
                .unwrap()
        }

        async fn give_identity(&self, machine: &str, identity: Value) {
            let form = format!(
                "grant_type=client_credentials&client_id={}&client_secret={}&scope={}/.default",
                seed::CLIENT_ID,
                seed::CLIENT_SECRET,
                self.emulator.endpoint()
            );
            let url = self.url(&format!("/{}/oauth2/v2.0/token", seed::TENANT_ID));
            let http = Http::new(Proxy::System);
            let answer = http.machine().unwrap().post(url).body(form);
            let answer = answer
                .header("content-type", "application/x-www-form-urlencoded")
                .send()
                .await
                .unwrap();
            let answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
            let token = answer["access_token"].as_str();
            let path = format!("{machine}?api-version=2024-11-01");
            self.call("PATCH", &path, token, identity).await;
        }

        async fn token(&self) -> Result<AccessToken> {
            let arc = Arc {
                endpoint: self.endpoint.parse().unwrap(),
                folder: self.folder.clone(),
            };
            let observer: std::sync::Arc<dyn Observer> = std::sync::Arc::new(Silent);
            let caller = Caller {
                http: &Http::new(Proxy::System),
                observer: &observer,
                retry: &RetryPolicy::default(),
            };
            arc.token(&caller, self.emulator.endpoint()).await
        }
    }

    #[tokio::test]
    async fn the_key_that_the_agent_names_opens_it() {
        let agent = Agent::start("good").await;
        agent.token().await.unwrap();
    }

    #[tokio::test]
    async fn a_challenge_for_any_other_file_is_not_met() {
        for (challenge, code) in [
            ("outsideFolder", "UntrustedChallenge"),
            ("traversal", "UntrustedChallenge"),
            ("otherExtension", "UntrustedChallenge"),
            ("noRealm", "UntrustedChallenge"),
            ("noHeader", "UntrustedChallenge"),
            ("tooLarge", "FileUnreadable"),
            ("missingFile", "FileUnreadable"),
        ] {
            let agent = Agent::start(challenge).await;
            let error = agent.token().await.unwrap_err();
            assert_eq!(error.code(), code, "{challenge}: {error}");
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_link_in_the_place_of_a_key_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "marked").unwrap();
        let key = folder.path().join("one.key");
        std::os::unix::fs::symlink(&secret, &key).unwrap();
        let arc = Arc {
            endpoint: Url::parse("http://127.0.0.1:9").unwrap(),
            folder: folder.path().to_owned(),
        };
        let mut headers = reqwest::header::HeaderMap::new();
        let realm = format!("Basic realm={}", key.display());
        headers.insert("www-authenticate", realm.parse().unwrap());
        let challenge = Answer {
            status: 401,
            headers,
            body: Vec::new(),
        };
        let error = arc.key_file(&challenge).unwrap_err();
        assert_eq!(error.code(), "UntrustedChallenge");
    }
}

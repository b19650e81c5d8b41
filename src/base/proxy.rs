//! The proxy that requests go through.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::category::Category;
use super::error::{Error, Result};
use super::observer::Observer;
use super::question::{HostAnswer, ProxyCredential, QuestionKind};
use super::questions::Questions;

/// Which proxy requests go through.
#[derive(Debug)]
pub(crate) enum Proxy {
    /// What the process's environment and the system's settings say, as the HTTP client reads them.
    System,
    /// The one that the caller or an environment names.
    Named(NamedProxy),
    /// The one that the host of this library finds in the system's settings, for each service.
    Host(HostProxies),
}

/// Who names a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NamedBy {
    /// The caller.
    Parameter,
    /// `HTTPS_PROXY` or `ALL_PROXY`.
    Variable,
    /// The system's settings.
    System,
}

/// A proxy for all services but some.
#[derive(Clone, Debug)]
pub(crate) struct NamedProxy {
    named_by: NamedBy,
    /// It may hold a password.
    url: SecretString,
    /// Where it is not to be used, as `NO_PROXY` has it.
    not_for: String,
    credential: Option<ProxyCredential>,
}

/// The proxies that the host finds, by the origins of services.
#[derive(Debug, Default)]
pub(crate) struct HostProxies {
    found: Arc<Mutex<BTreeMap<String, Option<ProxyServer>>>>,
    credential: Option<ProxyCredential>,
    questions: Questions,
}

/// A proxy's URL, which may hold a password.
#[derive(Clone, PartialEq)]
pub(super) struct ProxyServer(Url);

impl Proxy {
    /// The proxy that the caller names, for every service.
    ///
    /// # Errors
    /// `InvalidProxy`.
    pub(crate) fn given(url: &SecretString, credential: Option<ProxyCredential>) -> Result<Self> {
        let named = NamedProxy {
            named_by: NamedBy::Parameter,
            url: url.clone(),
            not_for: String::new(),
            credential,
        };
        named.server()?;
        Ok(Self::Named(named))
    }

    /// What `HTTPS_PROXY`, or else `ALL_PROXY`, and `NO_PROXY` of an environment say, in upper or
    /// lower case. Where they say nothing, the host that has this environment finds what the
    /// system's settings say.
    pub(crate) fn named_by(
        variables: Option<&BTreeMap<String, String>>,
        credential: Option<ProxyCredential>,
    ) -> Self {
        let Some(variables) = variables else {
            return Self::System;
        };
        let value = |name: &str| {
            [name.to_lowercase(), name.to_owned()]
                .iter()
                .filter_map(|name| variables.get(name))
                .find(|value| !value.trim().is_empty())
        };
        match value("HTTPS_PROXY").or_else(|| value("ALL_PROXY")) {
            Some(url) => Self::Named(NamedProxy {
                named_by: NamedBy::Variable,
                url: url.clone().into(),
                not_for: value("NO_PROXY").cloned().unwrap_or_default(),
                credential,
            }),
            None => Self::Host(HostProxies {
                credential,
                ..HostProxies::default()
            }),
        }
    }

    /// Finds the proxy on the way to a service, once for each; the host is asked where it decides.
    ///
    /// # Errors
    /// `InvalidProxy` when what the host finds is no proxy for this.
    pub(super) async fn find(&self, service: &Url, observer: &Arc<dyn Observer>) -> Result<()> {
        match self {
            Self::Host(proxies) => proxies.find(service, observer).await,
            Self::System | Self::Named(_) => Ok(()),
        }
    }

    /// How requests to a service leave: as far as the host has said it, where the host decides.
    pub(super) fn route(&self, service: &Url) -> Route {
        match self {
            Self::System => Route::System,
            Self::Host(proxies) => match in_map(&proxies.found, service) {
                Some(server) => Route::Server(server),
                None => Route::Direct,
            },
            Self::Named(named) => Route::Named(named.clone()),
        }
    }

    /// The proxy that a request to `url` goes through: found as the HTTP client finds it.
    pub(super) fn on_the_way_to(&self, url: &Url) -> Option<(Intercept, NamedBy)> {
        let (matcher, named_by) = match self {
            Self::System => (Matcher::from_system(), NamedBy::System),
            Self::Host(proxies) => {
                let ProxyServer(server) = in_map(&proxies.found, url)?;
                let matcher = Matcher::builder().all(String::from(server)).build();
                (matcher, NamedBy::System)
            }
            Self::Named(named) => {
                let ProxyServer(server) = named.server().ok()?;
                let matcher = Matcher::builder().all(String::from(server));
                (matcher.no(named.not_for.as_str()).build(), named.named_by)
            }
        };
        Some((matcher.intercept(&url.as_str().parse().ok()?)?, named_by))
    }
}

/// How requests leave.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Route {
    /// Through no proxy.
    Direct,
    /// As the HTTP client reads the environment and the system's settings.
    System,
    /// Through a proxy.
    Server(ProxyServer),
    /// Through a proxy for all services but some.
    Named(NamedProxy),
}

impl Route {
    /// Tells the HTTP client.
    ///
    /// # Errors
    /// `InvalidProxy` when it is no URL of one. It is not repeated: it may hold a password.
    pub(super) fn apply(&self, builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder> {
        let (ProxyServer(url), named_by, not_for) = match self {
            Self::Direct => return Ok(builder.no_proxy()),
            Self::System => return Ok(builder),
            Self::Server(server) => (server.clone(), NamedBy::System, ""),
            Self::Named(named) => (named.server()?, named.named_by, named.not_for.as_str()),
        };
        let proxy = reqwest::Proxy::all(url).map_err(|_| named_by.invalid(""))?;
        let not_for = reqwest::NoProxy::from_string(not_for);
        Ok(builder.proxy(proxy.no_proxy(not_for)))
    }
}

impl PartialEq for NamedProxy {
    fn eq(&self, other: &Self) -> bool {
        let parts = |proxy: &Self| {
            let credential = proxy.credential.as_ref();
            let credential =
                credential.map(|one| (one.user.clone(), one.password.expose_secret().to_owned()));
            (proxy.named_by, proxy.not_for.clone(), credential)
        };
        self.url.expose_secret() == other.url.expose_secret() && parts(self) == parts(other)
    }
}

impl NamedProxy {
    fn server(&self) -> Result<ProxyServer> {
        let server = ProxyServer::parse(self.named_by, self.url.expose_secret())?;
        Ok(server.with(self.credential.as_ref()))
    }
}

impl HostProxies {
    async fn find(&self, service: &Url, observer: &Arc<dyn Observer>) -> Result<()> {
        let origin = origin(service);
        if self.found().contains_key(&origin) {
            return Ok(());
        }
        let url = format!("{origin}/");
        let answer = self.questions.ask(observer, QuestionKind::Proxy { url });
        let server = match answer.await {
            Some(HostAnswer::Proxy { url: None, .. }) => None,
            Some(HostAnswer::Proxy {
                url: Some(url),
                credential,
            }) => {
                let credential = self.credential.as_ref().or(credential.as_ref());
                Some(ProxyServer::parse(NamedBy::System, &url)?.with(credential))
            }
            _ => of_system(service).map(|server| server.with(self.credential.as_ref())),
        };
        if let Some(server) = &server
            && observer.wants_verbose()
        {
            let host = service.host_str().unwrap_or_default();
            observer.verbose(format!(
                "Requests to {host} go through the proxy {server:?}."
            ));
        }
        self.found().insert(origin, server);
        Ok(())
    }

    fn found(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Option<ProxyServer>>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn in_map(found: &Mutex<BTreeMap<String, Option<ProxyServer>>>, url: &Url) -> Option<ProxyServer> {
    let found = found.lock().unwrap_or_else(PoisonError::into_inner);
    found.get(&origin(url)).cloned().flatten()
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// What the HTTP client reads of the system's settings, for hosts that don't find it: Windows and
/// macOS have such; elsewhere only the environment names a proxy.
fn of_system(service: &Url) -> Option<ProxyServer> {
    if !cfg!(any(windows, target_os = "macos")) {
        return None;
    }
    let found = Matcher::from_system().intercept(&service.as_str().parse().ok()?)?;
    ProxyServer::parse(NamedBy::System, &found.uri().to_string()).ok()
}

impl NamedBy {
    /// The error of a text that is no URL of a proxy. It may hold a password: `shown` does not.
    fn invalid(self, shown: &str) -> Error {
        const RULE: &str = "it must be the URL of an HTTP proxy, such as \
                            http://proxy.example.com:8080.";
        let (target, who, advice) = match self {
            Self::Parameter => return Error::invalid("InvalidProxy", "Proxy", shown, RULE),
            Self::Variable => (
                "HTTPS_PROXY",
                "HTTPS_PROXY or ALL_PROXY names",
                "Correct the variable, or remove it.",
            ),
            Self::System => (
                "Proxy",
                "the system's settings name",
                "Specify an HTTP proxy with Connect-ManagedIdentityService -Proxy.",
            ),
        };
        let message = format!("The proxy that {who} can't be used: {RULE}");
        let message = message.trim_end_matches('.');
        Error::new(Category::InvalidArgument, "InvalidProxy", target, message).advise(advice)
    }
}

impl ProxyServer {
    /// The proxy with this URL, which may lack its scheme.
    fn parse(named_by: NamedBy, text: &str) -> Result<Self> {
        let text = text.trim();
        let whole = match text.contains("://") {
            true => text.to_owned(),
            false => format!("http://{text}"),
        };
        let shown = match text.contains('@') {
            true => "(not shown)",
            false => text,
        };
        let is_proxy = |url: &Url| {
            matches!(url.scheme(), "http" | "https")
                && url.host_str().is_some_and(|host| !host.is_empty())
                && url.path() == "/"
                && url.query().is_none()
                && url.fragment().is_none()
        };
        match Url::parse(&whole) {
            Ok(url) if is_proxy(&url) => Ok(Self(url)),
            _ => Err(named_by.invalid(shown)),
        }
    }

    /// The same with what it wants to know of its user, which counts before what the URL says.
    fn with(mut self, credential: Option<&ProxyCredential>) -> Self {
        if let Some(ProxyCredential { user, password }) = credential {
            // They fail for URLs without a host, which this is not.
            let _ = self.0.set_username(user);
            let _ = self.0.set_password(Some(password.expose_secret()));
        }
        self
    }
}

/// Its host and port: never its user name and password.
impl fmt::Debug for ProxyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.0.host_str().unwrap_or_default();
        let port = self.0.port_or_known_default().unwrap_or_default();
        write!(f, "{host}:{port}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Progress, Question, Silent};

    fn named_by(pairs: &[(&str, &str)]) -> Proxy {
        let pairs = pairs.iter();
        let variables = pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Proxy::named_by(Some(&variables), None)
    }

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    /// The proxy on the way to a service, and what it is told of its user.
    fn way(proxy: &Proxy, service: &str) -> Option<(String, String)> {
        let (intercept, _) = proxy.on_the_way_to(&url(service))?;
        let proof = intercept.basic_auth().map(|proof| proof.to_str().unwrap());
        Some((
            intercept.uri().to_string(),
            proof.unwrap_or_default().to_owned(),
        ))
    }

    #[test]
    fn the_usual_variables_name_it() {
        let both = [
            ("HTTPS_PROXY", "http://a:1"),
            ("ALL_PROXY", "http://b:2"),
            ("no_proxy", "x.test"),
        ];
        let through = |proxy: &str| Some((proxy.to_owned(), String::new()));
        assert_eq!(
            way(&named_by(&both), "https://y.test"),
            through("http://a:1/")
        );
        assert_eq!(way(&named_by(&both), "https://x.test"), None);
        assert_eq!(
            way(&named_by(&[("all_proxy", "b:2")]), "https://y.test"),
            through("http://b:2/")
        );
        for without in [
            named_by(&[("HTTPS_PROXY", " "), ("HTTP_PROXY", "http://c:3")]),
            named_by(&[]),
        ] {
            assert!(matches!(without, Proxy::Host(_)));
        }
        assert!(matches!(Proxy::named_by(None, None), Proxy::System));
    }

    #[test]
    fn a_credential_counts_before_that_of_the_url() {
        let credential = ProxyCredential {
            user: "a@b".to_owned(),
            password: "p:%".to_owned().into(),
        };
        let proxy = Proxy::given(&"http://u:p@a:1".to_owned().into(), Some(credential)).unwrap();
        let (server, proof) = way(&proxy, "https://x.test").unwrap();
        // a@b:p:% in base64.
        assert_eq!(proof, "Basic YUBiOnA6JQ==");
        assert_eq!(server, "http://a:1/");
        assert!(!format!("{proxy:?}").contains("p:%"));
    }

    #[test]
    fn what_is_no_proxy_is_refused_and_no_password_is_shown() {
        for bad in [
            "http://user:marked@[",
            "socks5://marked@a:1",
            "http://",
            "http://u:marked@a/path",
            "",
        ] {
            let error = Proxy::given(&bad.to_owned().into(), None).unwrap_err();
            assert_eq!(error.code(), "InvalidProxy");
            assert!(
                error.message().starts_with("-Proxy '") && !error.to_string().contains("marked"),
                "{error}"
            );
            let variable = named_by(&[("HTTPS_PROXY", bad)]);
            if let Err(error) = variable
                .route(&url("https://far.test"))
                .apply(reqwest::Client::builder())
            {
                assert_eq!(error.code(), "InvalidProxy");
                assert!(!error.to_string().contains("marked"));
            } else {
                assert_eq!(bad, "");
            }
        }
    }

    /// A host whose system has one proxy for one service, and none for others.
    struct Host;

    impl Observer for Host {
        fn wants_verbose(&self) -> bool {
            false
        }
        fn verbose(&self, _: String) {}
        fn warning(&self, _: String) {}
        fn progress(&self, _: Progress) {}
        fn ask_host(&self, question: &Arc<Question>) -> bool {
            let QuestionKind::Proxy { url } = &question.kind else {
                panic!("{question:?}");
            };
            assert!(question.claim());
            question.answer(HostAnswer::Proxy {
                url: match url.as_str() {
                    "https://far.test/" => Some("http://proxy.test:3128/".to_owned()),
                    "https://odd.test/" => Some("socks5://proxy.test".to_owned()),
                    _ => None,
                },
                credential: None,
            });
            true
        }
    }

    #[tokio::test]
    async fn the_host_says_which_proxy_is_on_the_way() {
        let proxy = named_by(&[]);
        let host: Arc<dyn Observer> = Arc::new(Host);
        for service in ["https://far.test/a?b", "https://near.test"] {
            proxy.find(&url(service), &host).await.unwrap();
        }
        let odd = proxy.find(&url("https://odd.test"), &host).await;
        assert_eq!(odd.unwrap_err().code(), "InvalidProxy");
        let (server, _) = way(&proxy, "https://far.test/other").unwrap();
        assert_eq!(server, "http://proxy.test:3128/");
        assert_eq!(way(&proxy, "https://near.test"), None);
    }

    #[cfg(not(any(windows, target_os = "macos")))]
    #[tokio::test]
    async fn without_a_host_that_answers_there_is_none() {
        let proxy = named_by(&[]);
        let silent: Arc<dyn Observer> = Arc::new(Silent);
        proxy.find(&url("https://far.test"), &silent).await.unwrap();
        assert_eq!(way(&proxy, "https://far.test"), None);
    }
}

//! Questions that only the host can answer, and its answers: about Azure PowerShell's sign-in, about
//! certificates whose keys it holds, and about the system's proxies and browser.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::{oneshot, watch};

/// What the host is asked, once it has taken it up.
#[derive(Debug)]
pub struct Question {
    /// What is wanted.
    pub kind: QuestionKind,
    claimed: AtomicBool,
    answer: Mutex<Option<oneshot::Sender<HostAnswer>>>,
    open: Open,
}

/// The questions that wait for an answer.
pub(crate) type Open = Arc<watch::Sender<Vec<Arc<Question>>>>;

/// What a host can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuestionKind {
    /// A token of Azure PowerShell.
    Token {
        /// What the token is for; the Resource Manager of the context when not given.
        audience: Option<String>,
        /// The tenant; that of the context when not given.
        tenant: Option<String>,
    },
    /// A certificate, whose key the host keeps for as long as the connection lives.
    Certificate(CertificateSource),
    /// A signature by the key of the connection's certificate.
    Signature {
        /// What is signed.
        text: String,
        /// How.
        algorithm: SignatureAlgorithm,
    },
    /// The proxy that the system's settings name for a URL.
    Proxy {
        /// The URL of a service.
        url: String,
    },
    /// That a browser opens a page.
    Browser {
        /// The page.
        url: String,
    },
}

impl QuestionKind {
    /// What the host is asked for, as a noun phrase.
    pub(super) fn wanted(&self) -> &'static str {
        match self {
            Self::Token { .. } => "a token of Azure PowerShell",
            Self::Certificate(_) => "the certificate to sign in with",
            Self::Signature { .. } => "a signature by the key of the certificate",
            Self::Proxy { .. } => "the proxy settings of the system",
            Self::Browser { .. } => "the start of a browser",
        }
    }
}

/// Where a certificate is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateSource {
    /// In a file: PEM or PFX.
    File(PathBuf),
    /// In a store of the operating system, by its SHA-1 thumbprint.
    Store(String),
}

/// How an assertion is signed, by the names of JSON Web Algorithms (RFC 7518).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, for keys of providers without PSS.
    Rs256,
}

impl SignatureAlgorithm {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ps256 => "PS256",
            Self::Rs256 => "RS256",
        }
    }
}

/// What the host answers.
#[derive(Debug)]
pub enum HostAnswer {
    /// The host can't do what is asked: it has no Azure PowerShell, or opens no certificates.
    Missing,
    /// No store has the certificate.
    NotFound,
    /// The file's password is another one.
    WrongPassword,
    /// It failed, in these words.
    Failed(String),
    /// A token of Azure PowerShell.
    Token(ContextToken),
    /// A certificate that the host has opened.
    Certificate {
        /// The certificate.
        der: Vec<u8>,
        /// How its key signs; not given when there is no RSA key.
        algorithm: Option<SignatureAlgorithm>,
    },
    /// A signature.
    Signature(Vec<u8>),
    /// What the system's settings say of the way to a service.
    Proxy {
        /// The proxy's URL; none when the way is direct.
        url: Option<String>,
        /// What the proxy wants to know of its user, where the settings say it.
        credential: Option<ProxyCredential>,
    },
    /// The browser has been started.
    Opened,
}

/// What a proxy wants to know of its user.
#[derive(Clone, Debug)]
pub struct ProxyCredential {
    /// The user's name.
    pub user: String,
    /// The password.
    pub password: SecretString,
}

/// A token of Azure PowerShell, and the context that it comes from.
#[derive(Debug)]
pub struct ContextToken {
    /// The token.
    pub token: SecretString,
    /// How long it is good for.
    pub lifetime: Duration,
    /// Who is signed in.
    pub account: Option<String>,
    /// The tenant of its context.
    pub tenant: Option<String>,
    /// The subscription of its context.
    pub subscription_id: Option<String>,
    /// The Resource Manager of its context.
    pub endpoint: Option<String>,
    /// What tokens for that Resource Manager are asked for.
    pub audience: Option<String>,
}

impl Question {
    /// A question among those that wait, and where its answer comes.
    pub(crate) fn new(
        kind: QuestionKind,
        open: &Open,
    ) -> (Arc<Self>, oneshot::Receiver<HostAnswer>) {
        let (sender, answer) = oneshot::channel();
        let question = Self {
            kind,
            claimed: AtomicBool::new(false),
            answer: Mutex::new(Some(sender)),
            open: open.clone(),
        };
        (Arc::new(question), answer)
    }

    /// Claims the question. False when another host has claimed it, or when no operation waits for
    /// the answer.
    pub fn claim(&self) -> bool {
        let waits = self
            .waiting()
            .as_ref()
            .is_some_and(|answer| !answer.is_closed());
        waits && !self.claimed.swap(true, Ordering::SeqCst)
    }

    /// Answers it, once it is claimed.
    pub fn answer(&self, answer: HostAnswer) {
        if let Some(waiting) = self.waiting().take() {
            // Who asked may have been cancelled.
            let _ = waiting.send(answer);
        }
    }

    /// Leaves it to others.
    pub fn give_up(&self) {
        self.claimed.store(false, Ordering::SeqCst);
        self.open.send_modify(|_| {});
    }

    fn waiting(&self) -> MutexGuard<'_, Option<oneshot::Sender<HostAnswer>>> {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

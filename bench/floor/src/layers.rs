//! What a list of identities takes in the module's library, layer by layer: read into the library's own
//! types, and handed over through its C ABI as records. The same lines of JSON as those of `floor`.
//!
//! `cargo run --release --package floor --features library --bin layers -- record http://127.0.0.1:PORT`

// A host in Rust still calls a C ABI.
#![allow(unsafe_code)]

mod outcome;

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::ptr;
use std::sync::Arc;

use clap::{Parser, ValueEnum};
use managed_identity::arm::Scope;
use managed_identity::base::{RetryPolicy, Silent};
use managed_identity::connect::{Network, Request, SignIn, connect};
use managed_identity::ffi::*;
use managed_identity::identity;
use outcome::{Clock, Outcome};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Lists the identities of a resource group with the module's library, and prints as JSON what it took.
///
/// The environment variables AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET sign in.
#[derive(Debug, Parser)]
#[command(name = "layers", version)]
struct Arguments {
    /// How far the identities come
    layer: Layer,
    /// The endpoint of the emulator
    endpoint: String,
    /// The resource group
    #[arg(long, value_name = "NAME", default_value = "myResourceGroup")]
    group: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Layer {
    /// Read by the library
    Library,
    /// Records of the C ABI, taken from its queue
    Record,
}

/// Who signs in.
struct Application {
    tenant: String,
    client_id: String,
    secret: String,
}

impl Application {
    fn of_the_environment() -> Result<Self> {
        let variable = |name: &str| env::var(name).map_err(|_| format!("{name} is not set"));
        Ok(Self {
            tenant: variable("AZURE_TENANT_ID")?,
            client_id: variable("AZURE_CLIENT_ID")?,
            secret: variable("AZURE_CLIENT_SECRET")?,
        })
    }
}

fn main() -> ExitCode {
    let run = || {
        let arguments = Arguments::parse();
        let application = Application::of_the_environment()?;
        match arguments.layer {
            Layer::Library => library(&arguments, application),
            Layer::Record => record(&arguments, &application),
        }
    };
    match run() {
        Ok(outcome) => {
            println!("{}", outcome.line());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("layers: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What it took: the library tells neither its requests nor their bytes.
fn outcome(clock: &Clock, count: usize, first_seconds: Option<f64>) -> Outcome {
    Outcome {
        count,
        requests: 0,
        seconds: clock.seconds(),
        first_seconds,
        median_seconds: None,
        cpu_seconds: clock.cpu_seconds(),
        bytes: 0,
        sockets: None,
    }
}

#[tokio::main]
async fn library(arguments: &Arguments, application: Application) -> Result<Outcome> {
    let request = Request {
        sign_in: SignIn::ClientSecret {
            client_id: application.client_id,
            secret: application.secret.into(),
            authority: Some(arguments.endpoint.clone()),
        },
        environment: None,
        endpoint: Some(arguments.endpoint.clone()),
        audience: None,
        tenant: Some(application.tenant),
        subscription_id: None,
        variables: None,
        network: Network::default(),
        retry: RetryPolicy::default(),
    };
    let client = connect(request, Arc::new(Silent)).await?.client;
    let scope = Scope {
        subscription_id: None,
        resource_group: Some(arguments.group.clone()),
    };
    let clock = Clock::start();
    let mut first = None;
    let mut count = 0;
    let mut pages = identity::list(&client, &scope)?;
    while let Some(page) = pages.next().await? {
        count += page.len();
        if count > 0 {
            first.get_or_insert_with(|| clock.seconds());
        }
    }
    Ok(outcome(&clock, count, first))
}

const ABSENT: AzmiStr = AzmiStr {
    ptr: ptr::null(),
    len: 0,
};

fn string(text: &str) -> AzmiStr {
    AzmiStr {
        ptr: text.as_ptr(),
        len: text.len(),
    }
}

fn text(string: AzmiStr) -> String {
    if string.ptr.is_null() {
        return String::new();
    }
    // SAFETY: the library gives UTF-8 of that length, valid until the event is freed.
    let bytes = unsafe { std::slice::from_raw_parts(string.ptr, string.len) };
    String::from_utf8_lossy(bytes).into_owned()
}

fn check(status: i32) -> Result<()> {
    match status {
        AZMI_OK => Ok(()),
        _ => Err(text(azmi_status_text(status)).into()),
    }
}

fn record(arguments: &Arguments, application: &Application) -> Result<Outcome> {
    let options = AzmiQueueOptions {
        throttle_limit: 32,
        timeout_s: 0,
        verbose: 0,
        guards: 0,
    };
    let mut queue = 0;
    // SAFETY: both pointers are valid.
    check(unsafe { azmi_queue_create(&options, &mut queue) })?;
    let client = sign_in(queue, arguments, application)?;
    let request = AzmiIdentityListRequest {
        fleet: AzmiFleet {
            subscriptions: ptr::null(),
            subscriptions_len: 0,
            all_subscriptions: 0,
            management_group_id: ABSENT,
            resource_group: string(&arguments.group),
            names: ptr::null(),
            names_len: 0,
            tags: ptr::null(),
            tags_len: 0,
            fresh: 0,
        },
        unused: 0,
    };
    let clock = Clock::start();
    let mut first = None;
    let mut count = 0;
    // SAFETY: the request is valid.
    check(unsafe { azmi_identity_list(client, &request, queue, 2) })?;
    drain(queue, |_| {
        count += 1;
        first.get_or_insert_with(|| clock.seconds());
    })?;
    Ok(outcome(&clock, count, first))
}

fn sign_in(queue: u64, arguments: &Arguments, application: &Application) -> Result<u64> {
    let endpoint = string(&arguments.endpoint);
    let request = AzmiConnectRequest {
        credential: AZMI_CREDENTIAL_CLIENT_SECRET,
        environment: ABSENT,
        endpoint,
        authority: endpoint,
        audience: ABSENT,
        tenant: string(&application.tenant),
        client_id: string(&application.client_id),
        secret: string(&application.secret),
        graph_token: ABSENT,
        path: ABSENT,
        thumbprint: ABSENT,
        certificate_password: ABSENT,
        account: ABSENT,
        claims_challenge: ABSENT,
        service_connection: ABSENT,
        subscription_id: ABSENT,
        variables: ptr::null(),
        variables_len: 0,
        proxy: ABSENT,
        proxy_user: ABSENT,
        proxy_password: ABSENT,
        certificate_authority: ABSENT,
        timeout_s: 0,
        request_timeout_s: 0,
        retry_count: -1,
    };
    // SAFETY: the request is valid.
    check(unsafe { azmi_client_connect(&request, queue, 1) })?;
    let mut client = 0;
    drain(queue, |event| {
        // SAFETY: a sign-in yields a connection.
        client = unsafe { &*event.connection }.client;
    })?;
    Ok(client)
}

/// Takes the events of an operation up to the last.
fn drain(queue: u64, mut item: impl FnMut(&AzmiEvent)) -> Result<()> {
    loop {
        let mut event = ptr::null();
        // SAFETY: the pointer is valid.
        check(unsafe { azmi_queue_wait(queue, -1, &mut event) })?;
        // SAFETY: the wait succeeded; the event is ours until it is freed.
        let happened = unsafe { &*event };
        let kind = happened.kind;
        let failure = match kind {
            AZMI_EVENT_ITEM => {
                item(happened);
                None
            }
            // SAFETY: a failure carries its error.
            AZMI_EVENT_FAILED => Some(text(unsafe { &*happened.error }.message)),
            _ => None,
        };
        // SAFETY: nothing of the event is used after this.
        check(unsafe { azmi_event_free(event) })?;
        match failure {
            Some(message) => return Err(message.into()),
            None if kind == AZMI_EVENT_DONE => return Ok(()),
            None => {}
        }
    }
}

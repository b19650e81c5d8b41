//! The images that a machine can be made of: a few, so that clients which look theirs up find it.

use serde_json::{Value, json};

use crate::arm::error::ArmError;
use crate::arm::route::{Call, Handled, Route, Versions, route};
use crate::base::clock::Millis;
use crate::base::http::{Reply, Request};
use crate::state::World;

/// An image of the marketplace, in one version.
struct Image {
    publisher: &'static str,
    offer: &'static str,
    sku: &'static str,
    version: &'static str,
    system: &'static str,
    generation: &'static str,
    architecture: &'static str,
    /// The short name that the Azure CLI takes; none where it has none.
    alias: Option<&'static str>,
}

const fn linux(
    publisher: &'static str,
    offer: &'static str,
    sku: &'static str,
    version: &'static str,
) -> Image {
    Image {
        publisher,
        offer,
        sku,
        version,
        system: "Linux",
        generation: "V2",
        architecture: "x64",
        alias: None,
    }
}

const fn windows(sku: &'static str, version: &'static str) -> Image {
    Image {
        publisher: "MicrosoftWindowsServer",
        offer: "WindowsServer",
        sku,
        version,
        system: "Windows",
        generation: "V2",
        architecture: "x64",
        alias: None,
    }
}

impl Image {
    const fn called(mut self, alias: &'static str) -> Self {
        self.alias = Some(alias);
        self
    }
}

const IMAGES: &[Image] = &[
    linux("Canonical", "ubuntu-24_04-lts", "server", "24.04.202510010").called("Ubuntu2404"),
    linux(
        "Canonical",
        "0001-com-ubuntu-server-jammy",
        "22_04-lts-gen2",
        "22.04.202510020",
    )
    .called("Ubuntu2204"),
    linux(
        "Debian",
        "debian-11",
        "11-backports-gen2",
        "0.20251006.2257",
    )
    .called("Debian11"),
    linux("Debian", "debian-12", "12-gen2", "0.20251006.2257"),
    linux("RedHat", "RHEL", "8-lvm-gen2", "8.10.2025090811").called("RHELRaw8LVMGen2"),
    linux("SUSE", "sles-15-sp5", "gen2", "2025.09.02").called("SuseSles15SP5"),
    windows("2019-datacenter-gensecond", "17763.7919.251006").called("Win2019Datacenter"),
    windows("2022-datacenter-g2", "20348.4294.251006").called("Win2022Datacenter"),
    windows("2022-datacenter-azure-edition", "20348.4294.251006"),
    windows("2025-datacenter-g2", "26100.6899.251006"),
];

const PUBLISHERS: &str =
    "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/publishers";
const OFFERS: &str = "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/publishers/{publisher}/artifacttypes/vmimage/offers";
const SKUS: &str = "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/publishers/{publisher}/artifacttypes/vmimage/offers/{offer}/skus";
const ALL_VERSIONS: &str = "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/publishers/{publisher}/artifacttypes/vmimage/offers/{offer}/skus/{sku}/versions";
const VERSION: &str = "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/publishers/{publisher}/artifacttypes/vmimage/offers/{offer}/skus/{sku}/versions/{version}";

pub(crate) const ROUTES: &[Route] = &[
    route("GET", PUBLISHERS, publishers, Versions::Dated),
    route("GET", OFFERS, offers, Versions::Dated),
    route("GET", SKUS, skus, Versions::Dated),
    route("GET", ALL_VERSIONS, versions, Versions::Dated),
    route("GET", VERSION, version, Versions::Dated),
];

/// The images that the path names as far as it goes.
fn named<'a>(call: &'a Call<'_>) -> impl Iterator<Item = &'static Image> + 'a {
    let fits = |parameter: &str, own: &str| {
        let given = call.param(parameter);
        given.is_empty() || given.eq_ignore_ascii_case(own)
    };
    IMAGES.iter().filter(move |image| {
        fits("publisher", image.publisher)
            && fits("offer", image.offer)
            && fits("sku", image.sku)
            && fits("version", image.version)
    })
}

/// A list of the names that are behind the path, each once. This provider's lists of images are
/// arrays and nothing around them.
fn list(call: &Call<'_>, name: impl Fn(&Image) -> &'static str) -> Handled {
    let mut names: Vec<&str> = named(call).map(name).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Err(not_found(call));
    }
    let items: Vec<Value> = names
        .into_iter()
        .map(|name| {
            json!({
                "id": format!("{}/{name}", call.request.path.trim_end_matches('/')),
                "name": name,
                "location": call.param("location"),
            })
        })
        .collect();
    Ok(Reply::json(200, &json!(items)))
}

fn not_found(call: &Call<'_>) -> ArmError {
    let part = |name: &str| match call.param(name) {
        "" => "*".to_owned(),
        given => given.to_owned(),
    };
    ArmError::new(
        404,
        "ImageNotFound",
        format!(
            "The platform image '{}:{}:{}:{}' is not available. Verify that all fields in the storage profile are correct. The emulator has only a few images.",
            part("publisher"),
            part("offer"),
            part("sku"),
            part("version")
        ),
    )
}

/// `GET /aliases.json`, which `/metadata/endpoints` names: the short names of images. Clients read
/// it without a token.
pub(super) fn aliases(_: &mut World, request: &Request, _: Millis) -> Option<Reply> {
    let [only] = &request.segments[..] else {
        return None;
    };
    if !only.eq_ignore_ascii_case("aliases.json") || request.method != "GET" {
        return None;
    }
    let mut systems = json!({});
    for image in IMAGES {
        if let Some(alias) = image.alias {
            systems[image.system][alias] = json!({
                "publisher": image.publisher,
                "offer": image.offer,
                "sku": image.sku,
                "version": "latest",
                "architecture": image.architecture,
            });
        }
    }
    let aliases = json!({ "aliases": { "type": "object", "value": systems } });
    Some(Reply::json(
        200,
        &json!({
            "contentVersion": "1.0.0.0",
            "parameters": {},
            "variables": {},
            "resources": [],
            "outputs": aliases,
        }),
    ))
}

fn publishers(_: &mut World, call: &Call<'_>) -> Handled {
    list(call, |image| image.publisher)
}

fn offers(_: &mut World, call: &Call<'_>) -> Handled {
    list(call, |image| image.offer)
}

fn skus(_: &mut World, call: &Call<'_>) -> Handled {
    list(call, |image| image.sku)
}

fn versions(_: &mut World, call: &Call<'_>) -> Handled {
    list(call, |image| image.version)
}

fn version(_: &mut World, call: &Call<'_>) -> Handled {
    let image = named(call).next().ok_or_else(|| not_found(call))?;
    Ok(Reply::json(
        200,
        &json!({
            "id": call.request.path,
            "name": image.version,
            "location": call.param("location"),
            "properties": {
                "osDiskImage": { "operatingSystem": image.system },
                "dataDiskImages": [],
                "hyperVGeneration": image.generation,
                "architecture": image.architecture,
                "features": [],
                "automaticOSUpgradeProperties": { "automaticOSUpgradeSupported": false },
            },
        }),
    ))
}

//! Machines as the Azure CLI makes them, with all that is made with them: the one that a fresh
//! emulator has, and those that are added.

use serde_json::{Map, Value, json};

use super::assignment::Assignment;
use super::generic::{GenericResource, SUCCEEDED};
use super::machine::{Machine, MachineKind};
use super::resource::Tags;
use crate::base::clock::{Millis, compute_time};
use crate::base::{random, seed};

/// The image of the machine; the emulator lists it among its images.
const VERSION: &str = "24.04.202510010";
const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEmulatorEmulatorEmulatorEmulatorEmulatorE emulator";

/// A machine's name, and where it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) subscription: &'a str,
    pub(crate) group: &'a str,
    pub(crate) name: &'a str,
    pub(crate) location: &'a str,
}

impl Place<'static> {
    /// Those of the machine that a fresh emulator has.
    pub(crate) const INITIAL: Self = Place {
        subscription: seed::SUBSCRIPTION_ID,
        group: seed::RESOURCE_GROUP,
        name: seed::VM,
        location: seed::LOCATION,
    };
}

impl Place<'_> {
    fn id(&self, kind: &str, name: &str) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/{kind}/{name}",
            self.subscription, self.group
        )
    }

    /// The id of a network resource that goes with the machine.
    fn network(&self, kind: &str, suffix: &str) -> String {
        self.id(
            &format!("Microsoft.Network/{kind}"),
            &format!("{}{suffix}", self.name),
        )
    }

    fn disk(&self, suffix: &str) -> String {
        self.id(
            "Microsoft.Compute/disks",
            &format!("{}_{suffix}", self.name),
        )
    }

    fn resource(
        &self,
        id: String,
        extra: Map<String, Value>,
        properties: Value,
    ) -> GenericResource {
        let behind: Vec<&str> = id.rsplit('/').take(3).collect();
        let (name, kind) = (behind[0].to_owned(), format!("{}/{}", behind[2], behind[1]));
        GenericResource {
            id,
            kind,
            subscription: self.subscription.to_owned(),
            group: self.group.to_owned(),
            name,
            location: self.location.to_owned(),
            tags: Some(Tags::new()),
            extra,
            properties: object(properties),
            etag: format!("W/\"{}\"", random::guid()),
            identity: Assignment::default(),
            provisioning_state: SUCCEEDED.to_owned(),
            running: None,
        }
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// The virtual machine.
pub(crate) fn machine(place: Place<'_>, now: Millis) -> Machine {
    let mut machine = Machine::new(
        MachineKind::VirtualMachine,
        place.subscription,
        place.group,
        place.name,
        place.location,
        now,
    );
    machine.properties = object(json!({
        "hardwareProfile": { "vmSize": "Standard_B2ms" },
        "storageProfile": {
            "imageReference": {
                "publisher": "Canonical",
                "offer": "ubuntu-24_04-lts",
                "sku": "server",
                "version": "latest",
                "exactVersion": VERSION,
            },
            "osDisk": {
                "osType": "Linux",
                "name": format!("{}_OsDisk", place.name),
                "createOption": "FromImage",
                "caching": "ReadWrite",
                "managedDisk": {
                    "storageAccountType": "Premium_LRS",
                    "id": place.disk("OsDisk"),
                },
                "deleteOption": "Detach",
                "diskSizeGB": 30,
            },
            "dataDisks": [{
                "lun": 0,
                "name": format!("{}_DataDisk_0", place.name),
                "createOption": "Empty",
                "caching": "ReadOnly",
                "managedDisk": {
                    "storageAccountType": "Premium_LRS",
                    "id": place.disk("DataDisk_0"),
                },
                "deleteOption": "Detach",
                "diskSizeGB": 64,
                "toBeDetached": false,
            }],
            "diskControllerType": "SCSI",
        },
        "osProfile": {
            "computerName": place.name,
            "adminUsername": "azureuser",
            "linuxConfiguration": {
                "disablePasswordAuthentication": true,
                "ssh": { "publicKeys": [{
                    "path": "/home/azureuser/.ssh/authorized_keys",
                    "keyData": KEY,
                }]},
                "provisionVMAgent": true,
                "patchSettings": { "patchMode": "ImageDefault", "assessmentMode": "ImageDefault" },
            },
            "secrets": [],
            "allowExtensionOperations": true,
            "requireGuestProvisionSignal": true,
        },
        "securityProfile": {
            "uefiSettings": { "secureBootEnabled": true, "vTpmEnabled": true },
            "securityType": "TrustedLaunch",
        },
        "networkProfile": { "networkInterfaces": [{
            "id": place.network("networkInterfaces", "VMNic"),
        }]},
    }));
    SUCCEEDED.clone_into(&mut machine.provisioning_state);
    machine
}

/// The disks and the network of the machine.
pub(crate) fn beside_the_machine(place: Place<'_>, now: Millis) -> Vec<GenericResource> {
    let machine = place.id("Microsoft.Compute/virtualMachines", place.name);
    let group = place.network("networkSecurityGroups", "NSG");
    let address = place.network("publicIPAddresses", "PublicIP");
    let net = place.network("virtualNetworks", "VNET");
    let subnet = format!("{net}/subnets/{}Subnet", place.name);
    let interface = place.network("networkInterfaces", "VMNic");
    let configuration = format!("{interface}/ipConfigurations/ipconfig{}", place.name);
    let disk_of = |suffix: &str, size: u32, creation: Value| {
        let properties = json!({
            "osType": if suffix == "OsDisk" { json!("Linux") } else { Value::Null },
            "hyperVGeneration": if suffix == "OsDisk" { json!("V2") } else { Value::Null },
            "creationData": creation,
            "diskSizeGB": size,
            "diskSizeBytes": u64::from(size) << 30,
            "diskState": "Attached",
            "timeCreated": compute_time(now),
            "uniqueId": random::guid(),
            "encryption": { "type": "EncryptionAtRestWithPlatformKey" },
            "networkAccessPolicy": "AllowAll",
            "publicNetworkAccess": "Enabled",
        });
        let mut properties = object(properties);
        properties.retain(|_, value| !value.is_null());
        let extra = object(json!({
            "sku": { "name": "Premium_LRS", "tier": "Premium" },
            "managedBy": machine,
        }));
        place.resource(place.disk(suffix), extra, Value::Object(properties))
    };
    let image = format!(
        "/Subscriptions/{}/Providers/Microsoft.Compute/Locations/{}/Publishers/canonical/ArtifactTypes/VMImage/Offers/ubuntu-24_04-lts/Skus/server/Versions/{VERSION}",
        place.subscription, place.location
    );
    let standard = || object(json!({ "sku": { "name": "Standard", "tier": "Regional" } }));
    vec![
        disk_of(
            "OsDisk",
            30,
            json!({ "createOption": "FromImage", "imageReference": { "id": image } }),
        ),
        disk_of("DataDisk_0", 64, json!({ "createOption": "Empty" })),
        place.resource(
            net.clone(),
            Map::new(),
            json!({
                "addressSpace": { "addressPrefixes": ["10.0.0.0/16"] },
                "subnets": [inner(&subnet, json!({
                    "addressPrefix": "10.0.0.0/24",
                    "ipConfigurations": [{ "id": configuration }],
                    "delegations": [],
                }))],
                "virtualNetworkPeerings": [],
                "enableDdosProtection": false,
            }),
        ),
        place.resource(
            group.clone(),
            Map::new(),
            json!({
                "securityRules": [inner(&format!("{group}/securityRules/default-allow-ssh"), json!({
                    "protocol": "Tcp",
                    "sourcePortRange": "*",
                    "destinationPortRange": "22",
                    "sourceAddressPrefix": "*",
                    "destinationAddressPrefix": "*",
                    "access": "Allow",
                    "priority": 1000,
                    "direction": "Inbound",
                }))],
                "networkInterfaces": [{ "id": interface }],
            }),
        ),
        place.resource(
            address.clone(),
            standard(),
            json!({
                // An address of those that documents are written with.
                "ipAddress": "192.0.2.4",
                "publicIPAddressVersion": "IPv4",
                "publicIPAllocationMethod": "Static",
                "idleTimeoutInMinutes": 4,
                "ipConfiguration": { "id": configuration },
            }),
        ),
        place.resource(
            interface,
            Map::new(),
            json!({
                "ipConfigurations": [inner(&configuration, json!({
                    "privateIPAddress": "10.0.0.4",
                    "privateIPAllocationMethod": "Dynamic",
                    "privateIPAddressVersion": "IPv4",
                    "publicIPAddress": { "id": address },
                    "subnet": { "id": subnet },
                    "primary": true,
                }))],
                "dnsSettings": { "dnsServers": [], "appliedDnsServers": [] },
                "macAddress": "00-0D-3A-00-00-04",
                "enableAcceleratedNetworking": false,
                "enableIPForwarding": false,
                "networkSecurityGroup": { "id": group },
                "primary": true,
                "virtualMachine": { "id": machine },
                "nicType": "Standard",
            }),
        ),
    ]
}

/// What is in another resource, under its last name.
fn inner(id: &str, properties: Value) -> Value {
    let mut properties = object(properties);
    properties.insert("provisioningState".to_owned(), json!(SUCCEEDED));
    json!({
        "name": id.rsplit('/').next(),
        "id": id,
        "properties": properties,
    })
}

/// What a scale set of machines like the one above has.
pub(crate) fn scale_set_properties(place: Place<'_>) -> Map<String, Value> {
    let net = place.network("virtualNetworks", "VNET");
    object(json!({
        "singlePlacementGroup": true,
        "orchestrationMode": "Uniform",
        "upgradePolicy": { "mode": "Manual" },
        "overprovision": false,
        "virtualMachineProfile": {
            "osProfile": {
                "computerNamePrefix": place.name,
                "adminUsername": "azureuser",
                "linuxConfiguration": {
                    "disablePasswordAuthentication": true,
                    "ssh": { "publicKeys": [{
                        "path": "/home/azureuser/.ssh/authorized_keys",
                        "keyData": KEY,
                    }]},
                    "provisionVMAgent": true,
                },
                "secrets": [],
                "allowExtensionOperations": true,
            },
            "storageProfile": {
                "imageReference": {
                    "publisher": "Canonical",
                    "offer": "ubuntu-24_04-lts",
                    "sku": "server",
                    "version": "latest",
                },
                "osDisk": {
                    "osType": "Linux",
                    "createOption": "FromImage",
                    "caching": "ReadWrite",
                    "managedDisk": { "storageAccountType": "Premium_LRS" },
                    "diskSizeGB": 30,
                },
            },
            "networkProfile": { "networkInterfaceConfigurations": [{
                "name": format!("{}Nic", place.name),
                "properties": {
                    "primary": true,
                    "ipConfigurations": [{
                        "name": format!("{}IPConfig", place.name),
                        "properties": {
                            "subnet": { "id": format!("{net}/subnets/{}Subnet", place.name) },
                            "privateIPAddressVersion": "IPv4",
                        },
                    }],
                },
            }]},
        },
    }))
}

//! The resources that a fresh emulator has: a virtual machine as the Azure CLI makes one, and all
//! that is made with it.

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

fn id(kind: &str, name: &str) -> String {
    format!(
        "/subscriptions/{}/resourceGroups/{}/providers/{kind}/{name}",
        seed::SUBSCRIPTION_ID,
        seed::RESOURCE_GROUP
    )
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// The id of a network resource that goes with the machine.
fn network(kind: &str, suffix: &str) -> String {
    id(
        &format!("Microsoft.Network/{kind}"),
        &format!("{}{suffix}", seed::VM),
    )
}

fn disk(suffix: &str) -> String {
    id("Microsoft.Compute/disks", &format!("{}_{suffix}", seed::VM))
}

/// The virtual machine.
pub(crate) fn machine(now: Millis) -> Machine {
    let mut machine = Machine::new(
        MachineKind::VirtualMachine,
        seed::SUBSCRIPTION_ID,
        seed::RESOURCE_GROUP,
        seed::VM,
        seed::LOCATION,
        now,
    );
    machine.properties = properties(seed::VM);
    machine.properties.insert(
        "networkProfile".to_owned(),
        json!({ "networkInterfaces": [{ "id": network("networkInterfaces", "VMNic") }] }),
    );
    let storage = &mut machine.properties["storageProfile"];
    storage["osDisk"]["managedDisk"]["id"] = json!(disk("OsDisk"));
    storage["dataDisks"] = json!([{
        "lun": 0,
        "name": format!("{}_DataDisk_0", seed::VM),
        "createOption": "Empty",
        "caching": "ReadOnly",
        "managedDisk": {
            "storageAccountType": "Premium_LRS",
            "id": disk("DataDisk_0"),
        },
        "deleteOption": "Detach",
        "diskSizeGB": 64,
        "toBeDetached": false,
    }]);
    SUCCEEDED.clone_into(&mut machine.provisioning_state);
    machine
}

/// What a machine of this name has, without what refers to a disk or an interface.
pub(crate) fn properties(name: &str) -> Map<String, Value> {
    object(json!({
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
                "name": format!("{}_OsDisk", name),
                "createOption": "FromImage",
                "caching": "ReadWrite",
                "managedDisk": {
                    "storageAccountType": "Premium_LRS",
                },
                "deleteOption": "Detach",
                "diskSizeGB": 30,
            },
            "dataDisks": [],
            "diskControllerType": "SCSI",
        },
        "osProfile": {
            "computerName": name,
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
    }))
}

/// The disks and the network of the machine.
pub(crate) fn beside_the_machine(now: Millis) -> Vec<GenericResource> {
    let machine = id("Microsoft.Compute/virtualMachines", seed::VM);
    let group = network("networkSecurityGroups", "NSG");
    let address = network("publicIPAddresses", "PublicIP");
    let net = network("virtualNetworks", "VNET");
    let subnet = format!("{net}/subnets/{}Subnet", seed::VM);
    let interface = network("networkInterfaces", "VMNic");
    let configuration = format!("{interface}/ipConfigurations/ipconfig{}", seed::VM);
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
        resource(disk(suffix), extra, Value::Object(properties))
    };
    let image = format!(
        "/Subscriptions/{}/Providers/Microsoft.Compute/Locations/{}/Publishers/canonical/ArtifactTypes/VMImage/Offers/ubuntu-24_04-lts/Skus/server/Versions/{VERSION}",
        seed::SUBSCRIPTION_ID,
        seed::LOCATION
    );
    let standard = || object(json!({ "sku": { "name": "Standard", "tier": "Regional" } }));
    vec![
        disk_of(
            "OsDisk",
            30,
            json!({ "createOption": "FromImage", "imageReference": { "id": image } }),
        ),
        disk_of("DataDisk_0", 64, json!({ "createOption": "Empty" })),
        resource(
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
        resource(
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
        resource(
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
        resource(
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

fn resource(id: String, extra: Map<String, Value>, properties: Value) -> GenericResource {
    let behind: Vec<&str> = id.rsplit('/').take(3).collect();
    let (name, kind) = (behind[0].to_owned(), format!("{}/{}", behind[2], behind[1]));
    GenericResource {
        id,
        kind,
        subscription: seed::SUBSCRIPTION_ID.to_owned(),
        group: seed::RESOURCE_GROUP.to_owned(),
        name,
        location: seed::LOCATION.to_owned(),
        tags: Some(Tags::new()),
        extra,
        properties: object(properties),
        etag: format!("W/\"{}\"", random::guid()),
        identity: Assignment::default(),
        provisioning_state: SUCCEEDED.to_owned(),
        running: None,
    }
}

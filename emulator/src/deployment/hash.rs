//! The hashes behind `guid()` and `uniqueString()`.

use ring::digest;

use crate::base::random;

/// The namespace of the GUIDs that `guid()` makes. Source: Azure's documentation of the function.
const NAMESPACE: [u8; 16] = [
    0x11, 0xfb, 0x06, 0xfb, 0x71, 0x2d, 0x4d, 0xdd, 0x98, 0xc7, 0xe7, 0x1b, 0xbd, 0x58, 0x88, 0x30,
];

/// A GUID of version 5 in Azure's namespace.
pub(super) fn guid(text: &str) -> String {
    let mut input = NAMESPACE.to_vec();
    input.extend_from_slice(text.as_bytes());
    // GUIDs of version 5 are made with SHA-1. It protects nothing here.
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &input);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_ref()[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x50;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    random::guid_text(&bytes)
}

/// The hash of `uniqueString()`: two lanes of 32 bits, after MurmurHash3 for 128 bits on x86.
pub(super) fn murmur(input: &[u8]) -> u64 {
    const FIRST: u32 = 0x239b_961b;
    const SECOND: u32 = 0xab0e_9789;
    let left = |lane: u32| {
        lane.wrapping_mul(FIRST)
            .rotate_left(15)
            .wrapping_mul(SECOND)
    };
    let right = |lane: u32| {
        lane.wrapping_mul(SECOND)
            .rotate_left(17)
            .wrapping_mul(FIRST)
    };
    // Bytes that are not there are zeros.
    let word = |bytes: &[u8]| {
        bytes
            .iter()
            .take(4)
            .enumerate()
            .fold(0, |word, (at, byte)| word | (u32::from(*byte) << (8 * at)))
    };
    let (mut one, mut two) = (0_u32, 0_u32);
    let blocks = input.chunks_exact(8);
    let tail = blocks.remainder();
    for block in blocks {
        one = (one ^ left(word(block)))
            .rotate_left(19)
            .wrapping_add(two)
            .wrapping_mul(5)
            .wrapping_add(0x561c_cd1b);
        two = (two ^ right(word(&block[4..])))
            .rotate_left(13)
            .wrapping_add(one)
            .wrapping_mul(5)
            .wrapping_add(0x0bca_a747);
    }
    one ^= left(word(tail));
    if tail.len() > 4 {
        two ^= right(word(&tail[4..]));
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the length modulo 2^32 is meant"
    )]
    let length = input.len() as u32;
    let finish = |lane: u32| {
        let lane = (lane ^ (lane >> 16)).wrapping_mul(0x85eb_ca6b);
        let lane = (lane ^ (lane >> 13)).wrapping_mul(0xc2b2_ae35);
        lane ^ (lane >> 16)
    };
    two ^= length;
    one = (one ^ length).wrapping_add(two);
    two = two.wrapping_add(one);
    one = finish(one);
    two = finish(two);
    one = one.wrapping_add(two);
    two = two.wrapping_add(one);
    (u64::from(two) << 32) | u64::from(one)
}

/// Thirteen letters and digits that depend on the text alone.
pub(super) fn unique(text: &str) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut hash = murmur(text.as_bytes());
    (0..13)
        .map(|_| {
            let at = usize::try_from(hash >> 59).unwrap_or(0);
            hash <<= 5;
            char::from(ALPHABET[at])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_are_of_version_5() {
        // Python: uuid.uuid5(uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830"), …)
        for (text, wanted) in [
            ("", "e655a85f-3ab2-5e4a-9666-569aa72a5a10"),
            ("a-b-c", "a98fa280-e03f-5afa-8d8e-92d0a9c201e8"),
            (&"x".repeat(64), "1f7d2ce2-308f-52f9-bff0-9e8fd46f54dd"),
        ] {
            assert_eq!(guid(text), wanted);
        }
    }

    /// What Bicep makes of them.
    #[test]
    fn unique_strings_are_azure_s() {
        for (text, wanted) in [
            ("test", "rbgf3xv4ufgzg"),
            ("hello-world", "a7wkljktk6wne"),
            ("abc", "cgtzqvhu4i23s"),
            (
                "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/my-rg",
                "bmg7c6xu4tw46",
            ),
            ("foo-bar-baz", "xzi4ioaxtmth4"),
        ] {
            assert_eq!(unique(text), wanted, "{text}");
        }
    }
}

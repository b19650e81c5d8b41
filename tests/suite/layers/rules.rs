//! The rules for the arrows between the files of a tree:
//!
//! - A layer imports from those below it alone.
//! - The files of a folder import each other in no circle; a folder within counts as one file.
//! - A file imports from the file that has what it needs. Through the face of a folder (its
//!   `mod.rs`) only those outside of the folder do.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::tree::{Arrow, Module, Tree};

/// What breaks a rule, a line each. `order` has the layers from the ground up: each line the folders
/// and files of one layer, which do not import from each other.
pub fn broken(tree: &Tree, order: &[&str]) -> Vec<String> {
    let arrows = tree.arrows();
    let mut found = unlisted(tree, order);
    found.extend(arrows.iter().filter_map(|arrow| back(tree, arrow, order)));
    found.extend(arrows.iter().filter_map(|arrow| through_face(tree, arrow)));
    found.extend(circles(tree, &arrows));
    found
}

/// The layer of a folder or file at the root.
fn layer(order: &[&str], name: &str) -> Option<usize> {
    let has = |line: &&str| line.split_whitespace().any(|one| one == name);
    order.iter().position(has)
}

/// The order and the tree have the same names.
fn unlisted(tree: &Tree, order: &[&str]) -> Vec<String> {
    let there: BTreeSet<&str> = tree.modules().map(|module| module[0].as_str()).collect();
    let listed: BTreeSet<&str> = order
        .iter()
        .flat_map(|line| line.split_whitespace())
        .collect();
    let new = there.difference(&listed);
    let gone = listed.difference(&there);
    new.map(|name| format!("'{name}' is not in the order of the layers"))
        .chain(gone.map(|name| format!("The order of the layers has '{name}', which is not there")))
        .collect()
}

/// An arrow from a layer to one that is not below it.
fn back(tree: &Tree, arrow: &Arrow, order: &[&str]) -> Option<String> {
    let what = format!(
        "{} imports {}",
        tree.path(&arrow.from),
        arrow.path.join("::")
    );
    let Some(target) = arrow.to.first() else {
        return Some(format!(
            "{what}, which is in the root of the crate, above all layers"
        ));
    };
    let own = &arrow.from[0];
    let (from, to) = (layer(order, own)?, layer(order, target)?);
    (own != target && to >= from).then(|| {
        let order = order.join(" < ");
        format!("{what}, and '{target}' is not below '{own}': {order}")
    })
}

/// An arrow to a sibling by way of the folder's face.
fn through_face(tree: &Tree, arrow: &Arrow) -> Option<String> {
    let face = tree.path(arrow.face.as_ref()?);
    let (from, to) = (tree.path(&arrow.from), tree.path(&arrow.to));
    let what = arrow.path.last()?;
    Some(format!(
        "{from} imports {what} through {face}: import it from {to}"
    ))
}

/// A circle in each folder for each arrow that closes one.
fn circles(tree: &Tree, arrows: &[Arrow]) -> Vec<String> {
    let mut folders: BTreeMap<Module, BTreeMap<Module, BTreeSet<Module>>> = BTreeMap::new();
    for arrow in arrows.iter().filter(|arrow| !arrow.to.is_empty()) {
        let (from, to) = (place(tree, &arrow.from), place(tree, &arrow.to));
        let shared = std::iter::zip(&from, &to)
            .take_while(|(a, b)| a == b)
            .count();
        // Between the layers the order rules.
        if shared > 0 {
            let folder = folders.entry(from[..shared].to_vec()).or_default();
            let targets = folder.entry(from[..=shared].to_vec()).or_default();
            targets.insert(to[..=shared].to_vec());
        }
    }
    let mut found = Vec::new();
    for (folder, mut targets) in folders {
        while let Some(circle) = targets.keys().find_map(|start| circle(&targets, start)) {
            let names: Vec<&str> = circle
                .iter()
                .map(|node| node.last().unwrap().as_str())
                .collect();
            found.push(format!(
                "A circle in {}: {}",
                folder.join("/"),
                names.join(" → ")
            ));
            let [.., from, to] = circle.as_slice() else {
                unreachable!("a circle has an arrow")
            };
            targets.get_mut(from).unwrap().remove(to);
        }
    }
    found
}

/// Where a file is among folders: a face is within its own folder.
fn place(tree: &Tree, module: &Module) -> Vec<String> {
    let mut place = module.clone();
    if tree.is_folder(module) {
        place.push("mod".to_owned());
    }
    place
}

/// The shortest circle through `start`, which is its first and its last.
fn circle(targets: &BTreeMap<Module, BTreeSet<Module>>, start: &Module) -> Option<Vec<Module>> {
    let mut ways = VecDeque::from([vec![start.clone()]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for next in targets.get(way.last().unwrap()).into_iter().flatten() {
            let longer = [way.as_slice(), std::slice::from_ref(next)].concat();
            if next == start {
                return Some(longer);
            }
            if seen.insert(next.clone()) {
                ways.push_back(longer);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::broken;

    const ORDER: [&str; 3] = ["base", "one two", "top"];

    fn problems(files: &[(&str, &str)]) -> Vec<String> {
        let all = ["base/mod.rs", "one/mod.rs", "two.rs", "top/mod.rs"].map(|path| (path, ""));
        let sources = all.iter().chain(files);
        let sources = sources.map(|(path, source)| (path.to_string(), source.to_string()));
        broken(&Tree::of(sources), &ORDER)
    }

    #[test]
    fn arrows_down_are_fine() {
        let files = [
            (
                "lib.rs",
                "pub use top::a::X; mod base; mod one; mod two; mod top;",
            ),
            ("top/mod.rs", "mod a; mod b; pub use a::A; pub use b::B;"),
            (
                "top/a.rs",
                "use super::b::B; use crate::one; fn f() { crate::two::g() }",
            ),
            (
                "top/b.rs",
                "use crate::base::{X, Y}; #[cfg(test)] mod tests { use super::super::a; }",
            ),
        ];
        assert_eq!(problems(&files), [""; 0]);
    }

    #[test]
    fn an_arrow_back_is_found() {
        assert_eq!(
            problems(&[("base/a.rs", "use crate::{base::b, top::{self, X}}; ")]),
            [
                "base/a.rs imports top, and 'top' is not below 'base': base < one two < top",
                "base/a.rs imports top::X, and 'top' is not below 'base': base < one two < top",
            ]
        );
        let within_a_layer = problems(&[("two.rs", "fn f() { crate::one::g() }")]);
        assert_eq!(
            within_a_layer,
            ["two.rs imports one::g, and 'one' is not below 'two': base < one two < top"]
        );
        let to_the_root = problems(&[("lib.rs", ""), ("two.rs", "use crate::X;")]);
        assert!(
            to_the_root[0].contains("root of the crate"),
            "{to_the_root:?}"
        );
    }

    #[test]
    fn a_circle_of_three_files_is_found() {
        let files = [
            ("top/mod.rs", "mod a; mod b; mod c;"),
            ("top/a.rs", "use super::b::B;"),
            ("top/b.rs", "mod inner { use super::super::c::C; }"),
            ("top/c.rs", "fn f() { crate::top::a::g() }"),
        ];
        assert_eq!(problems(&files), ["A circle in top: a → b → c → a"]);
    }

    #[test]
    fn a_folder_within_counts_as_one_file() {
        let files = [
            ("top/a.rs", "use super::inner::X;"),
            ("top/inner/mod.rs", "mod b; mod c; pub use c::X;"),
            ("top/inner/b.rs", "use crate::top::a::A;"),
            ("top/inner/c.rs", "use super::b::B;"),
        ];
        assert_eq!(problems(&files), ["A circle in top: a → inner → a"]);
    }

    #[test]
    fn a_face_that_uses_its_files_is_used_by_none_of_them() {
        let files = [
            ("top/mod.rs", "mod a; pub struct S; fn f() { a::g() }"),
            ("top/a.rs", "use super::S;"),
        ];
        assert_eq!(problems(&files), ["A circle in top: a → mod → a"]);
    }

    #[test]
    fn a_sibling_is_not_reached_through_the_face() {
        let files = [
            ("top/mod.rs", "mod a; mod b; pub use b::{B as C};"),
            ("top/a.rs", "use super::C;"),
            ("top/b.rs", ""),
        ];
        let rule = "top/a.rs imports C through top/mod.rs: import it from top/b.rs";
        assert_eq!(problems(&files), [rule]);
    }

    #[test]
    fn the_order_has_what_is_there() {
        assert_eq!(
            broken(&Tree::of([("a.rs".to_owned(), String::new())]), &["b"]),
            [
                "'a' is not in the order of the layers",
                "The order of the layers has 'b', which is not there",
            ]
        );
    }
}

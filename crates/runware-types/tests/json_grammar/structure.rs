//! Lists, objects, and the text as a whole.

use crate::case::{Case, table};

#[rustfmt::skip]
pub(crate) fn accepted() -> Vec<Case> {
    let mut cases = table("y_structure_", &[
        ("list_empty", "[]", "list"),
        ("list_of_one", "[1]", "list"),
        ("list_of_all_kinds", r#"[null,true,-1.5,"a",[],{}]"#, "list"),
        ("list_of_lists", "[[],[[]],[[],[]]]", "list"),
        ("object_empty", "{}", "object"),
        ("object_of_one", r#"{"a":1}"#, "object"),
        ("object_of_all_kinds", r#"{"a":null,"b":false,"c":0,"d":"","e":[],"f":{}}"#, "object"),
        ("object_of_objects", r#"{"a":{"a":{"a":{}}}}"#, "object"),
        ("key_empty", r#"{"":0}"#, "key"),
        ("key_of_spaces", r#"{" \t":0}"#, "key"),
        ("key_escaped", r#"{"\u0061\n":0}"#, "key"),
        ("key_like_a_number", r#"{"1":0}"#, "key"),
        ("key_like_a_path", r#"{"a.b[0]":0}"#, "key"),
        ("key_in_another_script", "{\"\u{6771}\u{4eac}\":0}", "key"),
        ("keys_unsorted", r#"{"b":0,"a":1,"B":2}"#, "key"),
        ("keys_differ_in_case", r#"{"taskUUID":0,"taskUuid":1}"#, "key"),
        ("key_known_to_javascript", r#"{"__proto__":{"x":1}}"#, "key"),
    ]);
    let depth = 100;
    cases.push(Case::new("y_structure_lists_100_deep", "[".repeat(depth) + &"]".repeat(depth), "depth"));
    let objects = r#"{"a":"#.repeat(depth) + "0" + &"}".repeat(depth);
    cases.push(Case::new("y_structure_objects_100_deep", objects, "depth"));
    cases.push(Case::new("y_structure_list_of_10000", format!("[{}0]", "0,".repeat(9_999)), "length"));
    cases
}

pub(crate) fn rejected() -> Vec<Case> {
    let mut cases = wrong_lists_and_objects();
    cases.extend(wrong_texts());
    cases.extend(damaged("list", &["[", "1", ",", "2", "]"]));
    cases.extend(damaged("object", &["{", r#""a""#, ":", "1", ",", r#""b""#, ":", "2", "}"]));
    let whole = r#"{"a":[true,-1.5e3,"x\n\u00e9",{"b":null}]}"#;
    for length in 1..whole.len() {
        cases.push(Case::new(format!("n_structure_cut_at_{length:02}"), &whole[..length], "cut"));
    }
    for (name, open) in [("lists", "["), ("objects", r#"{"a":"#)] {
        cases.push(Case::new(format!("n_structure_{name}_100000_open"), open.repeat(100_000), "unclosed"));
    }
    cases.push(Case::new("n_structure_lists_100000_closed_with_braces", "[".repeat(100_000) + "}", "closer"));
    cases
}

/// Each token left out, doubled, replaced by one that JSON does not have, and exchanged with its neighbour.
fn damaged(name: &str, tokens: &[&str]) -> Vec<Case> {
    let mut cases = Vec::new();
    for at in 0..tokens.len() {
        let mut add = |how, tokens: Vec<&str>| {
            cases.push(Case::new(format!("n_{name}_token_{at}_{how}"), tokens.join(" "), how));
        };
        let with = |replacement: &[&'static str]| {
            let mut changed: Vec<&str> = tokens.to_vec();
            changed.splice(at..=at, replacement.iter().copied());
            changed
        };
        add("missing", with(&[]));
        add("replaced", with(&[";"]));
        let mut doubled = tokens.to_vec();
        doubled.insert(at, tokens[at]);
        add("doubled", doubled);
        if at + 1 < tokens.len() {
            let mut exchanged = tokens.to_vec();
            exchanged.swap(at, at + 1);
            add("exchanged", exchanged);
        }
    }
    cases
}

#[rustfmt::skip]
fn wrong_lists_and_objects() -> Vec<Case> {
    table("n_structure_", &[
        ("list_comma_alone", "[,]", "comma"),
        ("list_comma_first", "[,1]", "comma"),
        ("list_comma_last", "[1,]", "comma"),
        ("list_two_commas_last", "[1,,]", "comma"),
        ("list_commas_alone", "[,,]", "comma"),
        ("list_nested_comma", "[[1,],2]", "comma"),
        ("list_full_width_comma", "[1\u{ff0c}2]", "comma"),
        ("list_semicolon", "[1;2]", "comma"),
        ("list_colon", "[1:2]", "colon"),
        ("list_with_key", r#"["a":1]"#, "colon"),
        ("list_without_comma", "[[][]]", "comma"),
        ("list_ellipsis", "[1,...]", "word"),
        ("list_star", "[*]", "word"),
        ("list_closed_with_brace", "[1}", "closer"),
        ("list_closed_with_bracket", "[1)", "closer"),
        ("list_closed_crosswise", r#"[{"a":1]}"#, "closer"),
        ("list_opened_with_bracket", "(1]", "opener"),
        ("object_comma_alone", "{,}", "comma"),
        ("object_comma_first", r#"{,"a":1}"#, "comma"),
        ("object_comma_last", r#"{"a":1,}"#, "comma"),
        ("object_two_commas_last", r#"{"a":1,,}"#, "comma"),
        ("object_nested_comma", r#"{"a":{"b":1,}}"#, "comma"),
        ("object_semicolon", r#"{"a":1;"b":2}"#, "comma"),
        ("object_comma_for_colon", r#"{"a",1}"#, "colon"),
        ("object_colon_alone", "{:}", "colon"),
        ("object_equals", r#"{"a"=1}"#, "colon"),
        ("object_arrow", r#"{"a"=>1}"#, "colon"),
        ("object_full_width_colon", "{\"a\"\u{ff1a}1}", "colon"),
        ("object_key_alone", r#"{"a"}"#, "colon"),
        ("object_key_and_colon", r#"{"a":}"#, "value"),
        ("object_value_alone", "{1}", "key"),
        ("object_without_key", "{:1}", "key"),
        ("object_key_number", "{1:2}", "key"),
        ("object_key_literal", "{null:1}", "key"),
        ("object_key_list", "{[]:1}", "key"),
        ("object_key_object", "{{}:1}", "key"),
        ("object_key_bare", "{a:1}", "key"),
        ("object_key_bare_second", r#"{"a":1,b:2}"#, "key"),
        ("object_key_single_quotes", "{'a':1}", "key"),
        ("object_key_half_quoted", r#"{a":1}"#, "key"),
        ("object_key_joined", r#"{"a"+"b":1}"#, "key"),
        ("object_key_with_wrong_escape", r#"{"\q":1}"#, "key"),
        ("object_key_with_control", "{\"a\tb\":1}", "key"),
        ("object_closed_with_bracket", r#"{"a":1]"#, "closer"),
        ("object_closed_crosswise", r#"{"a":[1}]"#, "closer"),
        ("object_spread", "{...a}", "word"),
    ])
}

#[rustfmt::skip]
fn wrong_texts() -> Vec<Case> {
    table("n_text_", &[
        ("empty", "", "empty"),
        ("spaces", " \t", "empty"),
        ("line_feed", "\n", "empty"),
        ("closers", "]}", "closer"),
        ("list_closer_more", "[]]", "closer"),
        ("object_closer_more", "{}}", "closer"),
        ("list_closed_by_both", "[]}", "closer"),
        ("object_closed_by_both", "{}]", "closer"),
        ("two_numbers", "1 2", "two"),
        ("two_numbers_comma", "1,2", "two"),
        ("two_lists", "[][]", "two"),
        ("two_objects", "{}{}", "two"),
        ("two_lines", "{}\n{}", "two"),
        ("two_literals", "null\nnull", "two"),
        ("comma_behind", "null,", "behind"),
        ("semicolon_behind", "{};", "behind"),
        ("word_behind", "{} x", "behind"),
        ("quote_behind", "[]\"", "behind"),
        ("nul_behind", "{}\u{0}", "behind"),
        ("end_of_file_behind", "{}\u{1a}", "behind"),
        ("comma_before", ",null", "before"),
        ("colon_before", ":1", "before"),
        ("equals_before", "=1", "before"),
        ("record_separator_before", "\u{1e}{}", "before"),
        ("guard_before", ")]}',\n{}", "before"),
        ("event_before", "data: {}", "before"),
        ("length_before", "2\r\n{}", "before"),
        ("call", "f({})", "call"),
        ("brackets", "({})", "call"),
        ("assignment", "a={}", "call"),
        ("members_without_object", r#""a":1"#, "members"),
        ("comment_of_line", "//c\n1", "comment"),
        ("comment_of_line_behind", "1 //c", "comment"),
        ("comment_of_block", "/*c*/1", "comment"),
        ("comment_of_block_behind", "1/*c*/", "comment"),
        ("comment_in_list", "[1,/*c*/2]", "comment"),
        ("comment_in_object", r#"{"a":/*c*/1}"#, "comment"),
        ("comment_unfinished", "1/*c", "comment"),
        ("comment_slash", "1/", "comment"),
        ("comment_of_hash", "#c\n1", "comment"),
        ("comment_of_dashes", "--c\n1", "comment"),
        ("comment_of_markup", "<!--c-->1", "comment"),
        ("markup", "<html><body>502 Bad Gateway</body></html>", "format"),
        ("yaml", "a: 1", "format"),
        ("yaml_document", "---\n{}", "format"),
        ("form", "a=1&b=2", "format"),
        ("words", "upstream request timeout", "format"),
    ])
}

//! Damaged configurations, made from the shipped ones with a fixed seed: none may panic, none may half apply, and
//! every error has its place.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use emc_monitor::config::diagnostic::{Diagnostics, Severity, Styling};
use emc_monitor::model::text::Language;

use crate::bed::Bed;
use crate::soak;

/// How many damaged configurations `make test` looks at; `make soak` looks at forty times as many.
const ROUNDS: u64 = 500;

/// xorshift64*: small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % sides.max(1)
    }

    fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.roll(from.len())]
    }
}

/// One way to damage a text.
type Damage = fn(&mut Dice, &str) -> Vec<u8>;

const DAMAGES: &[(&str, Damage)] = &[
    ("truncate", |dice, text| text.as_bytes()[..dice.roll(text.len())].to_vec()),
    ("swap types", |dice, text| {
        let values = [
            "[]",
            "{}",
            "3",
            "-1.5",
            "true",
            "~",
            "''",
            "[[1]]",
            "{a: {b: c}}",
            ".nan",
            "1e999",
            "2020-01-01",
        ];
        let value = *dice.pick(&values);
        after_a_colon(dice, text, value)
    }),
    ("unknown key", |dice, text| on_a_line(dice, text, |line| line.replacen(':', "x:", 1))),
    ("alias bomb", |dice, text| {
        let mut bomb = "zz0: &z0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..=dice.roll(9) {
            let below = level - 1;
            bomb += &format!("zz{level}: &z{level} [{}]\n", vec![format!("*z{below}"); 10].join(", "));
        }
        format!("{bomb}{text}").into_bytes()
    }),
    ("duplicate line", |dice, text| on_a_line(dice, text, |line| format!("{line}\n{line}"))),
    ("bad pattern", |dice, text| {
        let wrong = *dice.pick(&[
            "\"(\"",
            "\"[a-\"",
            "\"*\"",
            "\"(?P<x\"",
            "\"\\\\1\"",
            "\"a{9999999}\"",
            "\"::::\"",
        ]);
        after_a_colon(dice, text, wrong)
    }),
    ("wrong indentation", |dice, text| {
        let space = *dice.pick(&["", " ", "   ", "\t", "      "]);
        on_a_line(dice, text, |line| format!("{space}{}", line.trim_start()))
    }),
    ("NUL", |dice, text| insert(dice, text, b"\0")),
    ("control character", |dice, text| {
        let bytes = *dice.pick(&[&b"\x1b[2J"[..], b"\x07", b"\xc2\x9b", b"\xe2\x80\xae", b"\x0b"]);
        insert(dice, text, bytes)
    }),
    ("not UTF-8", |dice, text| insert(dice, text, b"\xff\xfe")),
    ("stray sign", |dice, text| {
        let signs = [
            "\"", "'", "[", "]", "{", "}", ":", ": ", "- ", "&a ", "*a ", "!!x ", "|", ">", "%", "@", "`",
            "? ", "#", ",", "<<: ",
        ];
        let sign = *dice.pick(&signs);
        insert(dice, text, sign.as_bytes())
    }),
    ("dropped line", |dice, text| on_a_line(dice, text, |_| String::new())),
    ("swapped lines", |dice, text| {
        let mut lines: Vec<&str> = text.split('\n').collect();
        let (a, b) = (dice.roll(lines.len()), dice.roll(lines.len()));
        lines.swap(a, b);
        lines.join("\n").into_bytes()
    }),
    ("second document", |dice, text| on_a_line(dice, text, |line| format!("{line}\n---"))),
    ("Windows", |_, text| format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes()),
    ("deep", |dice, text| after_a_colon(dice, text, &"[".repeat(10_000))),
    ("long key", |dice, text| on_a_line(dice, text, |line| format!("{}{line}", "k".repeat(2_000)))),
    ("huge text", |dice, text| after_a_colon(dice, text, &"x".repeat(50_000))),
    ("huge list", |dice, text| after_a_colon(dice, text, &format!("[{}]", "a, ".repeat(10_000)))),
    ("merge key", |dice, text| {
        let merge =
            *dice.pick(&["<<: 3", "<<: [1, 2]", "<<: *nothing", "<<: {name: x}", "<<: [{<<: {a: b}}]"]);
        on_a_line(dice, text, |line| {
            let indent = " ".repeat(line.len() - line.trim_start().len());
            format!("{line}\n{indent}{merge}")
        })
    }),
    ("own anchor", |dice, text| after_a_colon(dice, text, "&me [*me]")),
    ("flipped byte", |dice, text| {
        let mut bytes = text.as_bytes().to_vec();
        let at = dice.roll(bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << dice.roll(8);
        }
        bytes
    }),
    ("number out of range", |dice, text| {
        let number = *dice.pick(&[
            "99999999999999999999",
            "-1",
            "0",
            "1e400",
            "0x",
            "0o9",
            "99999999999d",
            "0.0000001s",
        ]);
        after_a_colon(dice, text, number)
    }),
    ("empty", |_, _| Vec::new()),
];

fn insert(dice: &mut Dice, text: &str, bytes: &[u8]) -> Vec<u8> {
    let at = dice.roll(text.len());
    [&text.as_bytes()[..at], bytes, &text.as_bytes()[at..]].concat()
}

fn on_a_line(dice: &mut Dice, text: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let at = dice.roll(lines.len());
    lines[at] = change(&lines[at]);
    lines.join("\n").into_bytes()
}

/// Puts something in the place of a value.
fn after_a_colon(dice: &mut Dice, text: &str, value: &str) -> Vec<u8> {
    let colons: Vec<usize> = text.match_indices(": ").map(|(at, _)| at + 2).collect();
    if colons.is_empty() {
        return format!("{text}{value}").into_bytes();
    }
    let at = *dice.pick(&colons);
    let length = text[at..].find([',', '}', '\n']).unwrap_or(0);
    format!("{}{value}{}", &text[..at], &text[at + length..]).into_bytes()
}

fn shipped(name: &str) -> String {
    let probes = Path::new(env!("CARGO_MANIFEST_DIR")).join("probes");
    let text = fs::read_to_string(probes.join(name)).unwrap();
    // Comments would swallow much of the damage.
    text.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n")
}

/// Every error stands at a place that exists, and can be shown.
fn told(wrong: &Diagnostics, round: &str) {
    assert!(wrong.errors() > 0, "{round}: refused without an error");
    let mut counted = BTreeMap::new();
    for one in &wrong.0 {
        let count = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).split(['\n', '\r']).count();
        let file = &one.place.file;
        let lines = *counted.entry(file).or_insert_with(|| fs::read(file).map_or(1, count));
        let line = one.place.line as usize;
        assert!(line >= 1 && line <= lines + 1, "{round}: line {line} of {lines}: {}", one.message);
        assert!(one.place.column >= 1 && !one.message.is_empty(), "{round}: {one:?}");
        assert!(one.place.range.end <= one.place.text.len(), "{round}: {one:?}");
    }
    assert!(wrong.0.iter().any(|one| one.severity == Severity::Error));
    let shown = wrong.render(Styling::Plain, Language::En);
    assert!(!shown.contains(['\u{1b}', '\0', '\u{1}']), "{round}: control characters");
}

#[test]
fn damaged_files_are_refused_whole_and_with_their_place() {
    let rounds = soak::pick(ROUNDS, ROUNDS * 40);
    let names = ["emc.yaml", "vi-du.yaml", "dung-chung.yaml"];
    let texts: Vec<String> = names.iter().map(|name| shipped(name)).collect();
    let bed =
        Bed::new(&names.iter().zip(&texts).map(|(name, text)| (*name, text.as_str())).collect::<Vec<_>>());
    let whole = bed.right();
    let mut refused = 0;
    for round in 0..rounds {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ round.wrapping_mul(0xbf58_476d_1ce4_e5b9));
        let (what, damage) = DAMAGES[usize::try_from(round).unwrap() % DAMAGES.len()];
        let target = dice.roll(names.len());
        let mut content = damage(&mut dice, &texts[target]);
        if dice.roll(4) == 0 {
            let (_, again) = *dice.pick(DAMAGES);
            content = again(&mut dice, &String::from_utf8_lossy(&content).into_owned().replace('\0', " "));
        }
        bed.write(names[target], &content);
        let label = format!("round {round}, {what} in {}", names[target]);
        let began = Instant::now();
        match bed.load() {
            Err(wrong) => {
                refused += 1;
                told(&wrong, &label);
            }
            Ok(loaded) => assert_eq!(loaded.files.len(), names.len(), "{label}"),
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{label} took {:?}", began.elapsed());
        bed.write(names[target], texts[target].as_bytes());
    }
    assert!(refused > rounds / 2, "only {refused} of {rounds} were refused");
    assert_eq!(bed.right().disabled.len(), whole.disabled.len());
}

#[test]
fn what_is_no_file_is_told() {
    let bed = Bed::new(&[]);
    assert!(bed.wrong().contains("there is no *.yaml in this folder"));
    for path in [PathBuf::from("/nonexistent/emc.yaml"), PathBuf::from("/dev/zero")] {
        let wrong = emc_monitor::config::load(&path, &bed.variables).unwrap_err();
        assert!(wrong.errors() > 0, "{}", path.display());
    }
}

//! A seeded generator of XML documents with everything that canonical forms have to say something about.

use crate::xml_bed::Dice;

const PREFIXES: [&str; 4] = ["", "a", "b", "xs"];
const SPACES: [&str; 3] = ["urn:mot", "http://bo-vd.example/hai#xy", "urn:ba"];
const TEXTS: [&str; 10] = [
    "Bộ Ví dụ",
    "Nguyễn Văn Ả",
    " \t ",
    "\r\n",
    "a\rb",
    "&#13;&#10;&#9;",
    "&lt;&gt;&amp;&quot;&apos;",
    "\u{1f600}]]",
    "<![CDATA[<c>&]]\r\n>]]>",
    "x > y \"z\"",
];
const VALUES: [&str; 8] =
    ["một", " hai\r\n ba\t", "&#xD;&#xA;&#x9;&#x20;", "&lt;&amp;&gt;", "'", "", "a  b", "\u{1f600}ộ"];

/// A document; with `identified`, some elements are called `part` and have an `Id` of their own: `p0`, `p1` and so on.
pub(crate) struct Generator<'d> {
    pub(crate) dice: &'d mut Dice,
    pub(crate) identified: bool,
    /// Comments stand only beside the document's element, never in it.
    pub(crate) calm: bool,
    pub(crate) parts: usize,
    text: String,
}

impl<'d> Generator<'d> {
    pub(crate) fn new(dice: &'d mut Dice, identified: bool) -> Self {
        Self { dice, identified, calm: false, parts: 0, text: String::new() }
    }

    /// A whole document, with `inside` put before the end of its element.
    pub(crate) fn document(&mut self, inside: &str) -> String {
        if self.dice.roll(2) == 0 {
            self.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n");
        }
        self.beside();
        self.element(&mut vec![Vec::new()], 0, Some(inside));
        self.beside();
        std::mem::take(&mut self.text)
    }

    fn beside(&mut self) {
        for _ in 0..self.dice.roll(3) {
            match self.dice.roll(3) {
                0 => self.text.push_str("<!-- bên\r\ncạnh -->\n"),
                1 => self.text.push_str("<?chi-thi  a=\"b\" \r\n c?>"),
                _ => self.text.push_str("\n<?trong?>\n"),
            }
        }
    }

    fn element(&mut self, scopes: &mut Vec<Vec<(String, String)>>, depth: usize, inside: Option<&str>) {
        let mut scope = scopes.last().cloned().unwrap_or_default();
        let mut declared = Vec::new();
        for prefix in PREFIXES {
            if self.dice.roll(if depth == 0 { 2 } else { 5 }) != 0 {
                continue;
            }
            let undeclare = prefix.is_empty() && self.dice.roll(3) == 0;
            let space = if undeclare { "" } else { SPACES[self.dice.roll(SPACES.len())] };
            scope.retain(|(known, _)| known != prefix);
            if !undeclare {
                scope.push((prefix.to_owned(), space.to_owned()));
            }
            declared.push((prefix, space));
        }
        let part = self.identified && depth > 0 && self.dice.roll(2) == 0;
        let prefixes: Vec<String> = scope.iter().map(|(prefix, _)| prefix.clone()).collect();
        let mut name =
            if depth == 0 { "doc".to_owned() } else { self.dice.pick(&["e", "Phần", "item_1"]).to_owned() };
        if part {
            "part".clone_into(&mut name);
        }
        if !part && !prefixes.is_empty() && self.dice.roll(2) == 0 {
            let prefix = &prefixes[self.dice.roll(prefixes.len())];
            if !prefix.is_empty() {
                name = format!("{prefix}:{name}");
            }
        }
        self.text.push('<');
        self.text.push_str(&name);
        self.attributes(&scope, &declared, part);
        let close = format!("</{name} >");
        if depth > 0 && self.dice.roll(6) == 0 {
            self.text.push_str("/>");
            return;
        }
        self.text.push('>');
        scopes.push(scope);
        self.content(scopes, depth);
        scopes.pop();
        self.text.push_str(inside.unwrap_or_default());
        self.text.push_str(&close);
    }

    fn attributes(&mut self, scope: &[(String, String)], declared: &[(&str, &str)], part: bool) {
        let mut attributes: Vec<String> = declared
            .iter()
            .map(|(prefix, space)| {
                let colon = if prefix.is_empty() { "" } else { ":" };
                format!("xmlns{colon}{prefix}='{space}'")
            })
            .collect();
        if part {
            attributes.push(format!("Id='p{}'", self.parts));
            self.parts += 1;
        }
        // Two prefixes of one namespace must not carry the same attribute.
        let mut taken = Vec::new();
        for (prefix, space) in scope.iter().filter(|(prefix, _)| !prefix.is_empty()) {
            if !taken.contains(space) && self.dice.roll(3) == 0 {
                taken.push(space.clone());
                attributes.push(format!("{prefix}:k=\"{}\"", VALUES[self.dice.roll(VALUES.len())]));
            }
        }
        for name in ["z", "A", "xml:lang", "xml:space", "xml:la"] {
            if self.dice.roll(5) == 0 {
                attributes.push(format!("{name} = \"{}\"", VALUES[self.dice.roll(VALUES.len())]));
            }
        }
        while !attributes.is_empty() {
            let next = attributes.swap_remove(self.dice.roll(attributes.len()));
            self.text.push_str(self.dice.pick(&[" ", "\n  ", "\r\n\t"]));
            self.text.push_str(&next);
        }
    }

    fn content(&mut self, scopes: &mut Vec<Vec<(String, String)>>, depth: usize) {
        for _ in 0..self.dice.roll(5) {
            match self.dice.roll(8) {
                0 if !self.calm => self.text.push_str("<!-- chú\r\nthích -->"),
                1 => self.text.push_str("<?pi  x\ty ?>"),
                2 | 3 if depth < 5 => self.element(scopes, depth + 1, None),
                _ => {
                    let text = TEXTS[self.dice.roll(TEXTS.len())];
                    self.text.push_str(text);
                }
            }
        }
    }
}

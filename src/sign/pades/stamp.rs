//! What people see of a signature on the page: lines of text in a frame.
//!
//! The standard fonts of PDF have no Vietnamese letters, so that a subset of `DejaVu` Sans goes into the file: only the
//! letters of this stamp, some kilobytes. Its text can be searched and copied.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, FixedOffset};
use lopdf::ObjectId;
use subsetter::{GlyphRemapper, subset};
use ttf_parser::Face;
use unicode_normalization::UnicodeNormalization;

use crate::sign::fault::SignFault;
use crate::sign::pades::document::damaged;
use crate::sign::pades::increment::Increment;

/// `DejaVu` Sans, letters of Latin with Vietnamese marks only; `font/LICENSE` has its licence.
const FONT: &[u8] = include_bytes!("font/dejavu-sans-vietnamese.ttf");
/// Sizes that are tried, in points, and the distance between lines in parts of the size.
const SIZES: [f32; 9] = [11.0, 10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0];
const LEADING: f32 = 1.25;
/// The smallest size that is chosen only to keep lines whole.
const READABLE: f32 = 7.0;
/// Space between frame and text, in points.
const MARGIN: f32 = 4.0;
/// The red of Vietnamese stamps.
const COLOUR: &str = "0.75 0.1 0.1";

/// The lines that Vietnamese practice has: who, for which body, and when.
#[must_use]
pub fn usual_lines(signer: &str, body: Option<&str>, time: DateTime<FixedOffset>) -> Vec<String> {
    let mut lines = vec![format!("Ký bởi: {signer}")];
    lines.extend(body.map(|body| format!("Cơ quan: {body}")));
    lines.push(format!("Thời gian ký: {}", time.format("%d-%m-%Y %H:%M:%S %:z")));
    lines
}

/// The stamp's letters: how each is numbered in the font that goes into the file, and how wide it is.
struct Letters {
    remapper: GlyphRemapper,
    /// By character: its number, and its width in thousandths of the size.
    known: BTreeMap<char, (u16, f32)>,
}

impl Letters {
    /// The letters of a text. What the font lacks is shown as its replacement sign.
    fn of<'a>(face: &Face<'_>, texts: impl Iterator<Item = &'a String>) -> Self {
        let mut letters = Self { remapper: GlyphRemapper::new(), known: BTreeMap::new() };
        for letter in texts.flat_map(|text| text.chars()).chain([' ']) {
            let glyph = face.glyph_index(letter).or_else(|| face.glyph_index('\u{fffd}')).unwrap_or_default();
            let width = f32::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * scale(face);
            let number = letters.remapper.remap(glyph.0);
            letters.known.insert(letter, (number, width));
        }
        letters
    }

    fn width(&self, text: &str) -> f32 {
        text.chars().filter_map(|letter| self.known.get(&letter)).map(|(_, width)| width).sum()
    }

    fn numbers(&self, text: &str) -> String {
        text.chars().filter_map(|letter| self.known.get(&letter)).fold(
            String::new(),
            |mut out, (number, _)| {
                let _ = write!(out, "{number:04X}");
                out
            },
        )
    }
}

/// From the font's units to thousandths.
fn scale(face: &Face<'_>) -> f32 {
    1000.0 / f32::from(face.units_per_em())
}

/// Writes the stamp as a form of this width and height, turned so that it stands upright on a page that is shown turned by
/// `rotation` degrees.
pub(super) fn write(
    increment: &mut Increment<'_>,
    lines: &[String],
    (width, height): (f32, f32),
    rotation: i64,
) -> Result<ObjectId, SignFault> {
    let face = Face::parse(FONT, 0).map_err(|error| damaged(&error.to_string()))?;
    let lines: Vec<String> =
        lines.iter().map(|line| line.replace(char::is_control, " ").nfc().collect()).collect();
    let letters = Letters::of(&face, lines.iter());
    let font = write_font(increment, &face, &letters)?;
    let content = draw(&letters, &lines, width, height);
    let matrix = match rotation {
        90 => "/Matrix [0 1 -1 0 0 0]",
        180 => "/Matrix [-1 0 0 -1 0 0]",
        270 => "/Matrix [0 -1 1 0 0 0]",
        _ => "",
    };
    Ok(increment.add_stream(
        &format!(
            "/Type /XObject /Subtype /Form /BBox [0 0 {width} {height}] {matrix} /Resources << /Font << /F {} 0 R >> >>",
            font.0
        ),
        content.as_bytes(),
    ))
}

/// The frame and the lines.
fn draw(letters: &Letters, lines: &[String], width: f32, height: f32) -> String {
    let (size, rows) = laid_out(letters, lines, width - 2.0 * MARGIN, height - 2.0 * MARGIN);
    let mut out = format!(
        "q {COLOUR} RG 0.75 w 0.5 0.5 {} {} re S Q\nBT /F {size} Tf {COLOUR} rg {} TL\n{MARGIN} {} Td\n",
        width - 1.0,
        height - 1.0,
        size * LEADING,
        height - MARGIN - size
    );
    for row in rows {
        let _ = writeln!(out, "<{}> Tj T*", letters.numbers(&row));
    }
    out.push_str("ET\n");
    out
}

/// The rows in the largest size in which all fit: without breaking a line where that stays readable, else with. What fits
/// in no size is drawn in the smallest and cut off by the frame.
fn laid_out(letters: &Letters, lines: &[String], width: f32, height: f32) -> (f32, Vec<String>) {
    let tried = |size: f32| (size, broken(letters, lines, width * 1000.0 / size));
    let fits = |(size, rows): &(f32, Vec<String>)| rows.iter().map(|_| size * LEADING).sum::<f32>() <= height;
    let unbroken = SIZES.iter().take_while(|size| **size >= READABLE).map(|size| tried(*size));
    let smallest = SIZES.last().map(|size| tried(*size)).unwrap_or_default();
    unbroken
        .filter(|(_, rows)| rows.len() == lines.len())
        .find(fits)
        .or_else(|| SIZES.iter().map(|size| tried(*size)).find(fits))
        .unwrap_or(smallest)
}

/// Lines broken at blanks where they are wider than `width` (thousandths of the size). A long word stays whole.
fn broken(letters: &Letters, lines: &[String], width: f32) -> Vec<String> {
    let mut rows = Vec::new();
    for line in lines {
        let mut row = String::new();
        for word in line.split_whitespace() {
            let longer = if row.is_empty() { word.to_owned() } else { format!("{row} {word}") };
            if letters.width(&longer) > width && !row.is_empty() {
                rows.push(std::mem::replace(&mut row, word.to_owned()));
            } else {
                row = longer;
            }
        }
        rows.push(row);
    }
    rows
}

/// The font of a stamp (ISO 32000-1 §9.7): composite, glyphs by number, with the way back to text.
fn write_font(
    increment: &mut Increment<'_>,
    face: &Face<'_>,
    letters: &Letters,
) -> Result<ObjectId, SignFault> {
    let program = subset(FONT, 0, &letters.remapper).map_err(|error| damaged(&error.to_string()))?;
    let file = increment.add_stream(&format!("/Length1 {}", program.len()), &program);
    let (bounds, thousandths) = (face.global_bounding_box(), scale(face));
    let units = |value: i16| f32::from(value) * thousandths;
    let name = "EMCSIG+DejaVuSans";
    let descriptor = increment.add(&format!(
        "<< /Type /FontDescriptor /FontName /{name} /Flags 32 /FontBBox [{} {} {} {}] /ItalicAngle 0 /Ascent {} /Descent {} \
         /CapHeight {} /StemV 80 /FontFile2 {} 0 R >>",
        units(bounds.x_min),
        units(bounds.y_min),
        units(bounds.x_max),
        units(bounds.y_max),
        units(face.ascender()),
        units(face.descender()),
        units(face.capital_height().unwrap_or_else(|| face.ascender())),
        file.0
    ));
    let widths: BTreeMap<u16, f32> = letters.known.values().copied().collect();
    let widths: Vec<String> = widths.iter().map(|(number, width)| format!("{number} [{width}]")).collect();
    let descendant = increment.add(&format!(
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) \
         /Supplement 0 >> /FontDescriptor {} 0 R /CIDToGIDMap /Identity /W [{}] >>",
        descriptor.0,
        widths.join(" ")
    ));
    let way_back = increment.add_stream("", to_unicode(letters).as_bytes());
    Ok(increment.add(&format!(
        "<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H /DescendantFonts [{} 0 R] /ToUnicode {} 0 R >>",
        descendant.0, way_back.0
    )))
}

/// Which character each glyph stands for (ISO 32000-1 §9.10.3), in blocks of at most 100.
fn to_unicode(letters: &Letters) -> String {
    let mut out = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) \
         /Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\n\
         endcodespacerange\n",
    );
    let by_number: BTreeMap<u16, char> =
        letters.known.iter().map(|(letter, (number, _))| (*number, *letter)).collect();
    let by_number: Vec<(u16, char)> = by_number.into_iter().collect();
    for block in by_number.chunks(100) {
        let _ = writeln!(out, "{} beginbfchar", block.len());
        for (number, letter) in block {
            let mut units = [0; 2];
            let _ = write!(out, "<{number:04X}> <");
            for unit in letter.encode_utf16(&mut units) {
                let _ = write!(out, "{unit:04X}");
            }
            out.push_str(">\n");
        }
        out.push_str("endbfchar\n");
    }
    out.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    out
}

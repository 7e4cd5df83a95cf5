//! A small picture for each id, as a PNG without compression.

/// Width and height in pixels.
const SIDE: u32 = 64;
/// Pixels along the side of one cell of the pattern; the pattern has eight by eight cells.
const CELL: u32 = 8;

/// Draws a pattern of two colours, mirrored left to right, that differs from id to id.
pub(super) fn draw(id: &[u8; 16]) -> Vec<u8> {
    let [red, green, blue, rows @ .., _, _, _, _, _] = id;
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = [SIDE.to_be_bytes(), SIDE.to_be_bytes()].concat();
    // One bit a pixel, palette, deflate, no filter, not interlaced.
    header.extend([1, 3, 0, 0, 0]);
    chunk(&mut png, *b"IHDR", &header);
    chunk(&mut png, *b"PLTE", &[0xf4, 0xf4, 0xf0, red / 2, green / 2, blue / 2]);
    chunk(&mut png, *b"IDAT", &zlib(&scanlines(rows)));
    chunk(&mut png, *b"IEND", &[]);
    png
}

/// The rows of pixels, each with its filter byte. Each byte of `rows` is one row of cells: its low half, mirrored.
fn scanlines(rows: &[u8; 8]) -> Vec<u8> {
    let mut lines = Vec::new();
    for row in rows {
        let half = row & 0x0f;
        let cells = half | (half.reverse_bits());
        for _ in 0..CELL {
            lines.push(0);
            lines.extend((0..8).map(|cell| if cells >> cell & 1 == 1 { 0xff } else { 0x00 }));
        }
    }
    lines
}

/// The bytes in one stored block of a zlib stream. They must be fewer than 65,536.
fn zlib(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len() as u16;
    let mut stream = vec![0x78, 0x01, 0x01];
    stream.extend(length.to_le_bytes());
    stream.extend((!length).to_le_bytes());
    stream.extend(bytes);
    stream.extend(adler32(bytes).to_be_bytes());
    stream
}

fn chunk(png: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    png.extend((data.len() as u32).to_be_bytes());
    let checked = [name.as_slice(), data].concat();
    png.extend(&checked);
    png.extend(crc32(&checked).to_be_bytes());
}

fn adler32(bytes: &[u8]) -> u32 {
    let (low, high) = bytes.iter().fold((1, 0), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    high << 16 | low
}

pub(super) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}

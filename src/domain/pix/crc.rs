//! CRC-16 of the BR Code: polynomial 1021, start FFFF, nothing reflected, nothing inverted at the end
//! (CRC-16/IBM-3740). It runs over the UTF-8 bytes, `6304` included.

/// The checksum of `bytes`.
pub fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 {
                crc << 1
            } else {
                (crc << 1) ^ 0x1021
            }
        })
    })
}

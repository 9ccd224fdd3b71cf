//! Dice that fall the same way on every machine and in every release.
//!
//! The sample promises the same rows for the same specification, so its numbers must not change with a
//! dependency's version: SplitMix64 (Steele, Lea and Flood, 2014) is nine lines.

/// A stream of numbers fixed by its seed.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    /// The dice of one customer: what one gets does not depend on how many came before.
    pub(super) fn of(seed: u64, customer: u32) -> Self {
        let mut dice = Dice(seed ^ u64::from(customer).wrapping_mul(0xD1B5_4A32_D192_ED03));
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end` (which is not zero).
    pub(super) fn below(&mut self, end: u32) -> u32 {
        // The high half times `end`: no modulo bias worth the name.
        (((self.next() >> 32) * u64::from(end)) >> 32) as u32
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::from(self.below((high - low + 1) as u32))
    }

    /// True `per_mille` times in a thousand.
    pub(super) fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1_000) < per_mille
    }

    /// One of `items`.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u32) as usize]
    }

    /// An index drawn by weight.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut drawn = self.below(weights.iter().sum());
        for (i, weight) in weights.iter().enumerate() {
            match drawn.checked_sub(*weight) {
                Some(rest) => drawn = rest,
                None => return i,
            }
        }
        weights.len() - 1
    }

    /// 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dice_never_change() {
        // A change here changes every sample that anybody seeded: it needs a line in the changelog.
        let mut dice = Dice::of(1, 1);
        let drawn: Vec<u32> = (0..6).map(|_| dice.below(1_000)).collect();
        assert_eq!(drawn, [521, 298, 195, 737, 28, 842]);
    }

    #[test]
    fn bounds_hold_and_all_values_come() {
        let mut dice = Dice::of(7, 3);
        let mut seen = [0u32; 5];
        for _ in 0..1_000 {
            seen[(dice.between(-2, 2) + 2) as usize] += 1;
        }
        assert!(seen.iter().all(|n| *n > 100), "{seen:?}");
        let mut by_weight = [0u32; 3];
        for _ in 0..1_000 {
            by_weight[dice.weighted(&[8, 0, 2])] += 1;
        }
        assert!(
            by_weight[1] == 0 && by_weight[0] > 700 && by_weight[2] > 100,
            "{by_weight:?}"
        );
    }
}

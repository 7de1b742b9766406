//! Editing a document: every operation names a block by id, and leaves the document valid or unchanged.

use super::{Block, BlockKind, Document, Frame, MAX_BLOCKS};

/// Where a block goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Top,
    Bottom,
    /// Beside this block, at its level: inside a column if it stands in one.
    Before(u32),
    After(u32),
    /// At the end of a column, counted from 0, of the `Columns` block with this id.
    InColumn {
        block: u32,
        column: usize,
    },
}

/// Why an edit was refused; the words are for the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("This block is no longer in the design.")]
    NotFound,
    #[error("A design holds at most {MAX_BLOCKS} blocks.")]
    TooMany,
    #[error("Columns, headers and footers cannot stand inside a column.")]
    NotInColumn,
    #[error("Columns come in twos or threes.")]
    ColumnCount,
    #[error("A block cannot move into itself.")]
    IntoItself,
}

type Result<T> = std::result::Result<T, EditError>;

impl Document {
    /// Adds a block and returns its id.
    pub fn insert(&mut self, place: Place, kind: BlockKind) -> Result<u32> {
        self.insert_framed(place, kind, Frame::default())
    }

    /// Adds a block with a frame and returns its id. Blocks inside it get fresh ids.
    pub fn insert_framed(&mut self, place: Place, kind: BlockKind, frame: Frame) -> Result<u32> {
        let mut block = Block { id: 0, kind, frame };
        check_kind(&block.kind)?;
        if self.len() + count(&block) > MAX_BLOCKS {
            return Err(EditError::TooMany);
        }
        let mut next = self.next_id();
        renumber(&mut block, &mut next);
        let id = block.id;
        self.put(place, block)?;
        Ok(id)
    }

    /// Takes a block out, with what it holds.
    pub fn remove(&mut self, id: u32) -> Result<Block> {
        let (list, index) = self.locate_mut(id).ok_or(EditError::NotFound)?;
        Ok(list.remove(index))
    }

    /// Puts a copy right after the block and returns the copy's id.
    pub fn duplicate(&mut self, id: u32) -> Result<u32> {
        let block = self.find(id).ok_or(EditError::NotFound)?.clone();
        self.insert_framed(Place::After(id), block.kind, block.frame)
    }

    /// Swaps the block with the one above it in the same list. False: it was the first.
    pub fn move_up(&mut self, id: u32) -> Result<bool> {
        let (list, index) = self.locate_mut(id).ok_or(EditError::NotFound)?;
        let moves = index > 0;
        if moves {
            list.swap(index, index - 1);
        }
        Ok(moves)
    }

    /// Swaps the block with the one below it in the same list. False: it was the last.
    pub fn move_down(&mut self, id: u32) -> Result<bool> {
        let (list, index) = self.locate_mut(id).ok_or(EditError::NotFound)?;
        let moves = index + 1 < list.len();
        if moves {
            list.swap(index, index + 1);
        }
        Ok(moves)
    }

    /// Moves a block anywhere, as drag and drop does. The id stays.
    pub fn move_to(&mut self, id: u32, place: Place) -> Result<()> {
        let block = self.find(id).ok_or(EditError::NotFound)?;
        let target = match place {
            Place::Before(target) | Place::After(target) => Some(target),
            Place::InColumn { block, .. } => Some(block),
            Place::Top | Place::Bottom => None,
        };
        if let Some(target) = target {
            if target == id && !matches!(place, Place::InColumn { .. }) {
                return Ok(());
            }
            if holds(block, target) {
                return Err(EditError::IntoItself);
            }
        }
        let before = self.blocks.clone();
        let block = self.remove(id)?;
        self.put(place, block).inspect_err(|_| self.blocks = before)
    }

    /// Replaces what a block is; id and frame stay. Blocks inside the new kind whose ids are taken get fresh ones.
    pub fn update(&mut self, id: u32, mut kind: BlockKind) -> Result<()> {
        check_kind(&kind)?;
        let old = self.find(id).ok_or(EditError::NotFound)?;
        if self.len() - count(old) + 1 + count_inside(&kind) > MAX_BLOCKS {
            return Err(EditError::TooMany);
        }
        if !kind.can_nest() && !self.blocks.iter().any(|block| block.id == id) {
            return Err(EditError::NotInColumn);
        }
        let mut taken: Vec<u32> = self
            .walk()
            .into_iter()
            .filter(|block| block.id == id || !holds(old, block.id))
            .map(|block| block.id)
            .collect();
        if let BlockKind::Columns { columns } = &mut kind {
            let inner = columns.iter().flat_map(|column| &column.blocks);
            let highest = inner.map(|block| block.id).max().unwrap_or(0);
            let mut next = self.next_id().max(highest.saturating_add(1));
            for block in columns.iter_mut().flat_map(|column| &mut column.blocks) {
                if taken.contains(&block.id) {
                    renumber(block, &mut next);
                }
                taken.push(block.id);
            }
        }
        let (list, index) = self.locate_mut(id).ok_or(EditError::NotFound)?;
        if let Some(block) = list.get_mut(index) {
            block.kind = kind;
        }
        Ok(())
    }

    /// Replaces the band a block stands on.
    pub fn update_frame(&mut self, id: u32, frame: Frame) -> Result<()> {
        let (list, index) = self.locate_mut(id).ok_or(EditError::NotFound)?;
        if let Some(block) = list.get_mut(index) {
            block.frame = frame;
        }
        Ok(())
    }

    fn next_id(&self) -> u32 {
        let highest = self.walk().into_iter().map(|block| block.id).max();
        highest.unwrap_or(0).saturating_add(1)
    }

    /// The list that holds the block, and its index there.
    fn locate_mut(&mut self, id: u32) -> Option<(&mut Vec<Block>, usize)> {
        if let Some(index) = self.blocks.iter().position(|block| block.id == id) {
            return Some((&mut self.blocks, index));
        }
        for block in &mut self.blocks {
            if let BlockKind::Columns { columns } = &mut block.kind {
                for column in columns {
                    if let Some(index) = column.blocks.iter().position(|block| block.id == id) {
                        return Some((&mut column.blocks, index));
                    }
                }
            }
        }
        None
    }

    fn put(&mut self, place: Place, block: Block) -> Result<()> {
        let nests = block.kind.can_nest();
        match place {
            Place::Top => self.blocks.insert(0, block),
            Place::Bottom => self.blocks.push(block),
            Place::Before(id) | Place::After(id) => {
                let top_level = self.blocks.iter().any(|sibling| sibling.id == id);
                let (list, index) = self.locate_mut(id).ok_or(EditError::NotFound)?;
                if !top_level && !nests {
                    return Err(EditError::NotInColumn);
                }
                list.insert(index + usize::from(place == Place::After(id)), block);
            }
            Place::InColumn { block: id, column } => {
                if !nests {
                    return Err(EditError::NotInColumn);
                }
                let parent = self.blocks.iter_mut().find(|parent| parent.id == id);
                let Some(BlockKind::Columns { columns }) = parent.map(|parent| &mut parent.kind)
                else {
                    return Err(EditError::NotFound);
                };
                let column = columns.get_mut(column).ok_or(EditError::NotFound)?;
                column.blocks.push(block);
            }
        }
        Ok(())
    }
}

fn check_kind(kind: &BlockKind) -> Result<()> {
    if let BlockKind::Columns { columns } = kind {
        if !(2..=3).contains(&columns.len()) {
            return Err(EditError::ColumnCount);
        }
        let mut inner = columns.iter().flat_map(|column| &column.blocks);
        if inner.any(|block| !block.kind.can_nest()) {
            return Err(EditError::NotInColumn);
        }
    }
    Ok(())
}

fn count(block: &Block) -> usize {
    1 + count_inside(&block.kind)
}

fn count_inside(kind: &BlockKind) -> usize {
    let columns = kind.columns().iter();
    columns.map(|column| column.blocks.len()).sum()
}

/// Whether `id` is this block or stands inside it.
fn holds(block: &Block, id: u32) -> bool {
    let mut inner = block.kind.columns().iter().flat_map(|c| &c.blocks);
    block.id == id || inner.any(|block| block.id == id)
}

fn renumber(block: &mut Block, next: &mut u32) {
    block.id = *next;
    *next = next.saturating_add(1);
    if let BlockKind::Columns { columns } = &mut block.kind {
        for inner in columns.iter_mut().flat_map(|column| &mut column.blocks) {
            renumber(inner, next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(document: &Document) -> Vec<u32> {
        document.walk().into_iter().map(|block| block.id).collect()
    }

    fn three() -> Document {
        let mut document = Document::default();
        for _ in 0..3 {
            document
                .insert(Place::Bottom, BlockKind::new_text())
                .unwrap();
        }
        document
    }

    fn with_columns() -> (Document, u32, u32) {
        let mut document = three();
        let columns = document
            .insert(Place::After(1), BlockKind::new_columns(2))
            .unwrap();
        let inner = document
            .insert(
                Place::InColumn {
                    block: columns,
                    column: 1,
                },
                BlockKind::new_button(),
            )
            .unwrap();
        (document, columns, inner)
    }

    #[test]
    fn blocks_go_where_they_are_put() {
        let mut document = three();
        assert_eq!(ids(&document), [1, 2, 3]);
        document
            .insert(Place::Top, BlockKind::new_divider())
            .unwrap();
        document
            .insert(Place::After(1), BlockKind::new_divider())
            .unwrap();
        document
            .insert(Place::Before(3), BlockKind::new_divider())
            .unwrap();
        assert_eq!(ids(&document), [4, 1, 5, 2, 6, 3]);
    }

    #[test]
    fn a_block_beside_one_in_a_column_lands_in_that_column() {
        let (mut document, columns, inner) = with_columns();
        let added = document
            .insert(Place::After(inner), BlockKind::new_text())
            .unwrap();
        let column = &document.find(columns).unwrap().kind.columns()[1];
        assert_eq!(column.blocks.len(), 2);
        assert_eq!(column.blocks[1].id, added);
    }

    #[test]
    fn columns_headers_and_footers_are_refused_inside_a_column() {
        let (mut document, columns, inner) = with_columns();
        let before = document.clone();
        for kind in [
            BlockKind::new_columns(2),
            BlockKind::new_header(),
            BlockKind::new_footer(),
        ] {
            for place in [
                Place::After(inner),
                Place::InColumn {
                    block: columns,
                    column: 0,
                },
            ] {
                assert_eq!(
                    document.insert(place, kind.clone()),
                    Err(EditError::NotInColumn)
                );
            }
            assert_eq!(document.update(inner, kind), Err(EditError::NotInColumn));
        }
        assert_eq!(document, before);
    }

    #[test]
    fn moving_swaps_neighbours_and_stops_at_the_ends() {
        let mut document = three();
        assert!(document.move_up(3).unwrap());
        assert_eq!(ids(&document), [1, 3, 2]);
        assert!(!document.move_down(2).unwrap());
        assert!(!document.move_up(1).unwrap());
        assert!(document.move_down(1).unwrap());
        assert_eq!(ids(&document), [3, 1, 2]);
        assert_eq!(document.move_up(99), Err(EditError::NotFound));
    }

    #[test]
    fn drag_and_drop_keeps_the_id_and_refuses_what_cannot_be() {
        let (mut document, columns, inner) = with_columns();
        document.move_to(3, Place::Before(inner)).unwrap();
        assert_eq!(ids(&document), [1, columns, 3, inner, 2]);
        document.move_to(inner, Place::Top).unwrap();
        assert_eq!(ids(&document), [inner, 1, columns, 3, 2]);
        assert_eq!(
            document.move_to(columns, Place::After(3)),
            Err(EditError::IntoItself)
        );
        assert_eq!(
            document.move_to(1, Place::After(99)),
            Err(EditError::NotFound)
        );
        assert_eq!(ids(&document), [inner, 1, columns, 3, 2]);
        document.move_to(1, Place::After(1)).unwrap();
        assert_eq!(ids(&document), [inner, 1, columns, 3, 2]);
    }

    #[test]
    fn a_copy_stands_after_its_original_with_ids_of_its_own() {
        let (mut document, columns, _) = with_columns();
        let copy = document.duplicate(columns).unwrap();
        let all = ids(&document);
        let mut unique = all.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(all.len(), unique.len());
        assert_eq!(document.blocks[2].id, copy);
        assert_eq!(document.find(copy).unwrap().kind.columns().len(), 2);
    }

    #[test]
    fn removing_columns_removes_what_they_hold() {
        let (mut document, columns, inner) = with_columns();
        document.remove(columns).unwrap();
        assert!(document.find(inner).is_none());
        assert_eq!(document.remove(columns), Err(EditError::NotFound));
    }

    #[test]
    fn updating_keeps_id_and_frame_and_never_doubles_an_id() {
        let (mut document, columns, inner) = with_columns();
        document
            .update_frame(
                1,
                Frame {
                    background: "#000000".into(),
                    ..Frame::default()
                },
            )
            .unwrap();
        document.update(1, BlockKind::new_spacer()).unwrap();
        assert_eq!(document.find(1).unwrap().frame.background, "#000000");
        let mut kind = document.find(columns).unwrap().kind.clone();
        if let BlockKind::Columns { columns } = &mut kind {
            let mut clash = columns[1].blocks[0].clone();
            columns[0].blocks.push(clash.clone());
            clash.id = 1;
            columns[0].blocks.push(clash);
        }
        document.update(columns, kind).unwrap();
        let mut all = ids(&document);
        assert!(all.contains(&inner));
        let total = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), total);
    }

    #[test]
    fn the_two_hundred_and_first_block_is_refused() {
        let mut document = Document::default();
        for _ in 0..MAX_BLOCKS {
            document
                .insert(Place::Bottom, BlockKind::new_divider())
                .unwrap();
        }
        assert_eq!(
            document.insert(Place::Top, BlockKind::new_text()),
            Err(EditError::TooMany)
        );
        assert_eq!(document.duplicate(1), Err(EditError::TooMany));
    }
}

;; Adds rows of words, each looked up in a table and weighted, to sums, column by column: four columns at a time. V8's
;; own code checks the bounds of each of the three arrays for each pixel, and takes three times as long.
;;
;; `npm run wasm -w libs/pixels` makes add-rows.wasm of it; a test holds the one to the other.
(module
  (memory (export "memory") 1)

  ;; The entries of the table, 32-bit floats from address 0 on, for the four 16-bit words at an address.
  (func $look_up (param $words i32) (result v128)
    (v128.load32_lane 3 (i32.shl (i32.load16_u offset=6 (local.get $words)) (i32.const 2))
      (v128.load32_lane 2 (i32.shl (i32.load16_u offset=4 (local.get $words)) (i32.const 2))
        (v128.load32_lane 1 (i32.shl (i32.load16_u offset=2 (local.get $words)) (i32.const 2))
          (v128.load32_zero (i32.shl (i32.load16_u (local.get $words)) (i32.const 2)))))))

  ;; words: the first word of the first row; stride: bytes from one row to the next; weights: a 32-bit float for each row;
  ;; sums: a 32-bit float for each column; columns: a multiple of four.
  (func (export "addRows")
    (param $words i32) (param $stride i32) (param $rows i32) (param $weights i32) (param $sums i32) (param $columns i32)
    (local $sums_end i32) (local $weights_end i32) (local $word i32) (local $weight i32) (local $sum v128)
    (local.set $sums_end (i32.add (local.get $sums) (i32.shl (local.get $columns) (i32.const 2))))
    (local.set $weights_end (i32.add (local.get $weights) (i32.shl (local.get $rows) (i32.const 2))))
    (block $done
      (loop $four_columns
        (br_if $done (i32.ge_u (local.get $sums) (local.get $sums_end)))
        (local.set $sum (v128.load (local.get $sums)))
        (local.set $word (local.get $words))
        (local.set $weight (local.get $weights))
        (loop $row
          (local.set $sum
            (f32x4.add (local.get $sum)
              (f32x4.mul (v128.load32_splat (local.get $weight)) (call $look_up (local.get $word)))))
          (local.set $word (i32.add (local.get $word) (local.get $stride)))
          (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
          (br_if $row (i32.lt_u (local.get $weight) (local.get $weights_end))))
        (v128.store (local.get $sums) (local.get $sum))
        (local.set $sums (i32.add (local.get $sums) (i32.const 16)))
        (local.set $words (i32.add (local.get $words) (i32.const 8)))
        (br $four_columns))))

  ;; The sum of each cell over the sums of its columns, the first and the last of them in part, times a factor. cells: for
  ;; each, the address of its first column's sum and of its last one's, and how much of the two as 32-bit floats.
  (func (export "addCells") (param $cells i32) (param $cells_end i32) (param $greys i32) (param $factor f32)
    (local $at i32) (local $last i32) (local $sum f32)
    (loop $cell
      (local.set $at (i32.load (local.get $cells)))
      (local.set $last (i32.load offset=4 (local.get $cells)))
      (local.set $sum
        (f32.add
          (f32.mul (f32.load (local.get $at)) (f32.load offset=8 (local.get $cells)))
          (f32.mul (f32.load (local.get $last)) (f32.load offset=12 (local.get $cells)))))
      (block $whole
        (loop $column
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (br_if $whole (i32.ge_u (local.get $at) (local.get $last)))
          (local.set $sum (f32.add (local.get $sum) (f32.load (local.get $at))))
          (br $column)))
      (f32.store (local.get $greys) (f32.mul (local.get $sum) (local.get $factor)))
      (local.set $greys (i32.add (local.get $greys) (i32.const 4)))
      (local.set $cells (i32.add (local.get $cells) (i32.const 16)))
      (br_if $cell (i32.lt_u (local.get $cells) (local.get $cells_end))))))

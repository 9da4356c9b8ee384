import type { DataSet } from "@redspot/dicom";
import { type Lattice, openLattice, sampleLattice } from "./clean/lattice.ts";
import { findOpenField } from "./clean/open-field.ts";
import { bothOpen, boundsOf, boundsOfSpans, polygonSpans, type Spans } from "./clean/polygon.ts";
import { readShutter } from "./clean/shutter.ts";
import { placeInFrame, type StoredFrame } from "./decode/stored-frame.ts";
import type { GreyScale } from "./grey/grey-scale.ts";
import type { ImagePixel } from "./image-pixel.ts";
import type { Box } from "./resample/area-average.ts";

/** What is seen of a frame before its window is chosen. */
export interface Look {
  frame: StoredFrame;
  lattice: Lattice;
  /** What the beam reached and no shutter covers; undefined where that is everything. */
  open: Spans | undefined;
  /** 1 for the lattice's points in it. */
  isOpen: Uint8Array;
  /** The smallest box around it, in pixels of the frame. */
  box: Box;
}

/** Looks at a frame: a lattice of its points, its shutter and its collimation. */
export function lookAt(frame: StoredFrame, dataSet: DataSet, image: ImagePixel, scale: GreyScale): Look {
  const { rows, columns, reduction } = frame;
  const shutter = readShutter(dataSet, rows, columns, reduction);
  const lattice = sampleLattice(frame, image, scale.bits, scale.modality.apply, shutter);
  const field = findOpenField(frame, lattice, scale);
  const spans = field && polygonSpans(field, columns);
  const open = spans && shutter ? bothOpen(shutter, spans) : (spans ?? shutter);
  const box = field && !shutter ? boundsOf(field) : open && boundsOfSpans(open, rows);
  return { frame, lattice, open, isOpen: openLattice(lattice, open), box: box ?? wholeOf(frame, image) };
}

/** The image within the frame, which a halved one exceeds by parts of a pixel. */
function wholeOf({ rows, columns, reduction }: StoredFrame, image: ImagePixel): Box {
  const start = placeInFrame(0, reduction);
  return {
    x: start,
    y: start,
    width: Math.min(placeInFrame(image.columns, reduction), columns) - start,
    height: Math.min(placeInFrame(image.rows, reduction), rows) - start,
  };
}

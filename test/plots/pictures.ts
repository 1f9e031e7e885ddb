/** Pictures compared as blocks: letters may move by a pixel, bars and lines may not. */
import { createCanvas, loadImage } from '@napi-rs/canvas';

const block = 12;

/** Mean brightness of each block, 0 to 1, of the picture scaled to the size given. */
async function blocksOf(png: Uint8Array, width: number, height: number): Promise<number[]> {
  const canvas = createCanvas(width, height);
  const pen = canvas.getContext('2d');
  pen.drawImage(await loadImage(Buffer.from(png)), 0, 0, width, height);
  const { data } = pen.getImageData(0, 0, width, height);
  const [columns, rows] = [Math.floor(width / block), Math.floor(height / block)];
  const sums = new Array<number>(columns * rows).fill(0);
  for (let y = 0; y < rows * block; y++)
    for (let x = 0; x < columns * block; x++) {
      const at = 4 * (y * width + x);
      const place = Math.floor(y / block) * columns + Math.floor(x / block);
      sums[place] += 0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2];
    }
  return sums.map((sum) => sum / (255 * block * block));
}

/** Share of blocks whose brightness differs by more than a tenth; 1 where the shapes differ. */
export async function differenceOf(kept: Uint8Array, drawn: Uint8Array): Promise<number> {
  const [a, b] = await Promise.all([kept, drawn].map((png) => loadImage(Buffer.from(png))));
  if (Math.abs(a.width / a.height - b.width / b.height) > 0.01) return 1;
  const [width, height] = [a.width, a.height];
  const [one, other] = await Promise.all([kept, drawn].map((png) => blocksOf(png, width, height)));
  return one.filter((value, at) => Math.abs(value - other[at]) > 0.1).length / one.length;
}

/** A part of a picture, as wide and as high as said, from the left edge. */
export async function partOf(
  png: Uint8Array,
  part: { top: number; width: number; height: number },
): Promise<Buffer> {
  const canvas = createCanvas(part.width, part.height);
  canvas.getContext('2d').drawImage(await loadImage(Buffer.from(png)), 0, -part.top);
  return canvas.encode('png');
}

// Frames of the first episode, for whoever prints the page's document and makes a film of them.

const frameWidth = 640;
const frameHeight = 400;
const captionHeight = 36;
const fastest = 30;

/** Puts each frame into the document, as a JPEG in base64. */
export function film({ stages, seek, last, stepSeconds }) {
  const canvas = document.createElement("canvas");
  canvas.width = frameWidth * stages.length;
  canvas.height = frameHeight + captionHeight;
  const pen = canvas.getContext("2d");
  const seconds = stepSeconds() < 1 ? stepSeconds() : 0.125;
  const stride = Math.max(1, Math.round(1 / fastest / seconds));
  document.documentElement.dataset.rate = 1 / (stride * seconds);
  for (let row = 0; row <= last(); row += stride) {
    seek(row);
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = "#1d2129";
    pen.font = "16px sans-serif";
    stages.forEach(({ figure }, i) => {
      const picture = figure.querySelector("canvas");
      if (picture) pen.drawImage(picture, i * frameWidth, captionHeight, frameWidth, frameHeight);
      pen.fillText(`${figure.querySelector("strong").textContent}: ${figure.querySelector(".readout").textContent}`, i * frameWidth + 10, 24);
    });
    const frame = document.createElement("i");
    frame.className = "frame";
    [, frame.textContent] = canvas.toDataURL("image/jpeg", 0.9).split(",");
    document.body.append(frame);
  }
}

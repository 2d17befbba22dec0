import { saveFile } from './save-file.js';

/** A file that is written piece by piece. */
export interface FileSink {
  write(text: string): Promise<void>;
  /** The file is complete. */
  close(): Promise<void>;
  /** There is to be no file. */
  abort(): Promise<void>;
}

/** Where the browser can, and the page came over https or from this machine. */
interface CanSave {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>;
}

/**
 * Opens a file to write to: on the disk, where the browser can do that, so that it may be of any size; else in the memory of the
 * browser, which saves it at the end. It has to be called from a click.
 * @returns undefined when no place for it was chosen.
 */
export async function openFileSink(name: string, type: string): Promise<FileSink | undefined> {
  const picker = (window as CanSave).showSaveFilePicker?.bind(window);
  if (!picker) return inMemory(name, type);
  let handle: FileSystemFileHandle;
  try {
    handle = await picker({ suggestedName: name });
  } catch (error) {
    if ((error as Error).name === 'AbortError') return undefined;
    throw error;
  }
  const stream = await handle.createWritable();
  return {
    write: text => stream.write(text),
    close: () => stream.close(),
    // What was there before stays.
    abort: () => stream.abort(),
  };
}

function inMemory(name: string, type: string): FileSink {
  let pieces: Blob[] = [];
  return {
    // A browser can put a blob on a disk, but no text.
    write: async text => void pieces.push(new Blob([text])),
    close: async () => saveFile(new Blob(pieces, { type }), name),
    abort: async () => {
      pieces = [];
    },
  };
}

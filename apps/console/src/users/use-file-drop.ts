import { useNavigate } from '@tanstack/react-router';
import { type DragEvent, useState } from 'react';
import { say } from '../frame/notices.js';

/** A file that is dropped on the list is laid on the desk of the import. */
export function useFileDrop() {
  const navigate = useNavigate();
  const [over, setOver] = useState(false);
  const isFile = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  const drop = async (file: File) => {
    const { importDesk } = await import('../import/import-desk.js');
    if (!importDesk.lay(file)) say('Another file is being imported. Stop that first.', { failed: true });
    void navigate({ to: '/import' });
  };
  const handlers = {
    onDragOver: (event: DragEvent) => {
      if (!isFile(event)) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      if (!isFile(event)) return;
      event.preventDefault();
      setOver(false);
      const [file] = event.dataTransfer.files;
      if (file) void drop(file);
    },
  };
  return { over, handlers };
}

/** The door: it asks for a name. */
export function ComeIn({ onName }: { onName(name: string): void }) {
  return (
    <form className="card" action={given => onName(String(given.get('name')))}>
      <label>
        Your name
        <input name="name" required maxLength={255} autoComplete="nickname" />
      </label>
      <button type="submit">Come in</button>
    </form>
  );
}

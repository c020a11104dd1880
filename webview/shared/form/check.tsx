/** A check box with its label. */

export interface CheckProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  /** Why it cannot be ticked. */
  obstacle?: string | undefined;
}

export function Check({ label, checked, onChange, obstacle }: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={checked}
        disabled={obstacle !== undefined}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      <span>
        {label}
        {obstacle !== undefined && <span class="note">{` ${obstacle}`}</span>}
      </span>
    </label>
  );
}

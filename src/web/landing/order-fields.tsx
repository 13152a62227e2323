import { useTexts } from '../language.tsx';
import { Field } from '../parts/field.tsx';
import type { HostView } from '../views.ts';

interface ClientFieldProps {
  readonly value: string;
  readonly fault: string | undefined;
  readonly onChange: (value: string) => void;
}

export function ClientField({ value, fault, onChange }: ClientFieldProps) {
  const { landing } = useTexts();
  return (
    <Field label={landing.client} hint={landing.clientHint} fault={fault}>
      {(control) => (
        <input
          {...control}
          name="client_name"
          type="text"
          required
          autoComplete="organization"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

interface HostFieldProps {
  readonly hosts: readonly HostView[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function HostField({ hosts, value, onChange }: HostFieldProps) {
  const { landing } = useTexts();
  return (
    <Field label={landing.host} isOptional>
      {(control) => (
        <select {...control} name="host_id" value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">{landing.hostAutomatic}</option>
          {hosts.map((host) => (
            <option key={host.host_id} value={host.host_id} disabled={host.cordoned}>
              {host.name} ({host.address}){host.cordoned && ` · ${landing.hostCordoned}`}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

import { type ReactNode, createContext, useContext, useEffect, useMemo, useState } from 'react';
import { en } from './texts/en.ts';
import { es } from './texts/es.ts';
import type { Texts } from './texts/texts.ts';

export const LANGUAGES = { es, en } as const;

export type Language = keyof typeof LANGUAGES;

interface LanguageChoice {
  readonly language: Language;
  readonly texts: Texts;
  readonly choose: (language: Language) => void;
}

const STORED_AS = 'ark_language';

const LanguageContext = createContext<LanguageChoice | undefined>(undefined);

export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(initialLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const choice = useMemo(() => {
    const choose = (next: Language) => {
      store(next);
      setLanguage(next);
    };
    return { language, texts: LANGUAGES[language], choose };
  }, [language]);
  return <LanguageContext value={choice}>{children}</LanguageContext>;
}

export function useLanguage(): LanguageChoice {
  const choice = useContext(LanguageContext);
  if (choice === undefined) throw new Error('useLanguage needs a LanguageProvider around it');
  return choice;
}

export function useTexts(): Texts {
  return useLanguage().texts;
}

/** The stored choice, else the browser's first language that we have, else Spanish. */
function initialLanguage(): Language {
  const wished = [stored(), ...navigator.languages].map((tag) => tag?.slice(0, 2).toLowerCase());
  return wished.find(isLanguage) ?? 'es';
}

function isLanguage(tag: string | undefined): tag is Language {
  return tag !== undefined && Object.hasOwn(LANGUAGES, tag);
}

/** Storage may be switched off: then the choice lasts as long as the page. */
function stored(): string | undefined {
  try {
    return window.localStorage.getItem(STORED_AS) ?? undefined;
  } catch {
    return undefined;
  }
}

function store(language: Language): void {
  try {
    window.localStorage.setItem(STORED_AS, language);
  } catch {
    // see stored()
  }
}

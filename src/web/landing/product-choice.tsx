import { useTexts } from '../language.tsx';
import type { ProductView } from '../views.ts';

interface ProductChoiceProps {
  readonly products: readonly ProductView[];
  readonly chosen: string;
  readonly onChoose: (product: ProductView) => void;
}

export function ProductChoice({ products, chosen, onChoose }: ProductChoiceProps) {
  const { landing } = useTexts();
  return (
    <fieldset className="products">
      <legend>{landing.product}</legend>
      {products.map((product) => (
        <label key={product.product_id} className="product">
          <input
            type="radio"
            name="product_id"
            value={product.product_id}
            checked={product.product_id === chosen}
            onChange={() => onChoose(product)}
          />
          <span>
            <strong>{product.name}</strong> <span className="quiet">{landing.version(product.version)}</span>
            <span className="product-words">{product.description}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** Shows an error and its next step, and announces both to screen readers at once. */

export function Failure({ message, nextStep }: { message: string; nextStep: string }) {
  return (
    <div role="alert" class="failure">
      <p class="problem">{message}</p>
      <p>{nextStep}</p>
    </div>
  );
}
